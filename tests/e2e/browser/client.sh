# shellcheck shell=bash disable=SC2034,SC2154
# cos-js-sdk-v5 on a page in Chromium: the SDK from npm, the browser from Debian. certutil tells the browser whom to trust.

install() {
  debian_packages chromium chromium
  debian_packages certutil libnss3-tools
  if ! is_installed "$here/browser/package-lock.json"; then
    rm -rf "$cache/browser"
    mkdir -p "$cache/browser"
    cp "$here/browser/package.json" "$here/browser/package-lock.json" "$cache/browser"
    npm ci --prefix "$cache/browser" --no-audit --no-fund
    cp "$here/browser/package-lock.json" "$cache/browser/installed"
  fi
}

program=(env "CHROMIUM=$(command -v chromium || true)" "NODE_PATH=$cache/browser/node_modules" node "$here/browser/journey.js")
ways=(plain proxy https)

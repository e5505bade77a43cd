# shellcheck shell=bash disable=SC2034,SC2154
# cos-js-sdk-v5 on a page in Chromium: the SDK from npm, the browser from Debian. certutil tells the browser whom to trust.
# shellcheck source=tests/e2e/npm.sh
source "$here/npm.sh"

install() {
  debian_packages chromium chromium
  debian_packages certutil libnss3-tools
  install_from_npm browser
}

program=(env "CHROMIUM=$(command -v chromium || true)" "NODE_PATH=$cache/browser/node_modules" node "$here/browser/journey.js")
ways=(plain proxy https)

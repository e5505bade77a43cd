# shellcheck shell=bash disable=SC2034,SC2154
# cos-nodejs-sdk-v5, from npm.

install() {
  if ! is_installed "$here/node/package-lock.json"; then
    rm -rf "$cache/node"
    mkdir -p "$cache/node"
    cp "$here/node/package.json" "$here/node/package-lock.json" "$cache/node"
    npm ci --prefix "$cache/node" --no-audit --no-fund
    cp "$here/node/package-lock.json" "$cache/node/installed"
  fi
}

program=(env "NODE_PATH=$cache/node/node_modules" node "$here/node/journey.js")
suite=(env "NODE_PATH=$cache/node/node_modules" node "$here/node/main.js")
ways=(plain proxy https)

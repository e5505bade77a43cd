# shellcheck shell=bash disable=SC2034,SC2154
# cos-nodejs-sdk-v5, from npm.
# shellcheck source=tests/e2e/npm.sh
source "$here/npm.sh"

install() {
  install_from_npm node
}

program=(env "NODE_PATH=$cache/node/node_modules" node "$here/node/journey.js")
suite=(env "NODE_PATH=$cache/node/node_modules" node "$here/node/main.js")
ways=(plain proxy https)

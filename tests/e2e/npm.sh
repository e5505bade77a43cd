# shellcheck shell=bash disable=SC2154
# For client.sh of clients from npm. Sourced: gives a client modules of its own, from its package-lock.json.

install_from_npm() {
  local client=$1 lock=$here/$1/package-lock.json
  if ! is_installed "$lock"; then
    rm -rf "${cache:?}/$client"
    mkdir -p "$cache/$client"
    cp "$here/$client/package.json" "$lock" "$cache/$client"
    npm ci --prefix "$cache/$client" --no-audit --no-fund
    cp "$lock" "$cache/$client/installed"
  fi
}

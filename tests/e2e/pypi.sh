# shellcheck shell=bash disable=SC2154
# For client.sh of clients from PyPI. Sourced: gives a client a virtual environment of its own, from its requirements.txt.

install_from_pypi() {
  local client=$1 requirements=$here/$1/requirements.txt
  if ! is_installed "$requirements"; then
    rm -rf "${cache:?}/$client"
    python3 -m venv "$cache/$client"
    "$cache/$client/bin/pip" install --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$cache/$client/installed"
  fi
}

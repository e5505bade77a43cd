# shellcheck shell=bash disable=SC2154
# For client.sh of clients from PyPI. Sourced: gives a client a virtual environment of its own, from its requirements.txt.

install_from_pypi() {
  local client=$1 requirements=$here/$1/requirements.txt
  # Its commands name the place where they were installed: in a folder that was moved, they do not run.
  if ! is_installed "$requirements" || ! "$cache/$client/bin/pip" --version; then
    rm -rf "${cache:?}/$client"
    python3 -m venv "$cache/$client"
    "$cache/$client/bin/pip" install --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$cache/$client/installed"
  fi
}

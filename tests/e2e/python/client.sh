# shellcheck shell=bash disable=SC2034,SC2154
# cos-python-sdk-v5, from PyPI.

install() {
  if ! is_installed "$here/python/requirements.txt"; then
    rm -rf "$cache/python"
    python3 -m venv "$cache/python"
    "$cache/python/bin/pip" install --disable-pip-version-check -r "$here/python/requirements.txt"
    cp "$here/python/requirements.txt" "$cache/python/installed"
  fi
}

program=("$cache/python/bin/python" "$here/python/journey.py")
suite=("$cache/python/bin/python" "$here/python/main.py")
ways=(plain proxy https)

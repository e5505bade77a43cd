# shellcheck shell=bash disable=SC2034,SC2154
# cos-python-sdk-v5, from PyPI.
# shellcheck source=tests/e2e/pypi.sh
source "$here/pypi.sh"

install() {
  install_from_pypi python
}

program=("$cache/python/bin/python" "$here/python/journey.py")
suite=("$cache/python/bin/python" "$here/python/main.py")
ways=(plain proxy https)

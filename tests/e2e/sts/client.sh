# shellcheck shell=bash disable=SC2034,SC2154
# Clients of the token service, from PyPI.
# shellcheck source=tests/e2e/pypi.sh
source "$here/pypi.sh"

install() {
  install_from_pypi sts
}

program=("$cache/sts/bin/python" "$here/sts/journey.py")
ways=(plain proxy https)
other_journey=yes

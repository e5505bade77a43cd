# shellcheck shell=bash disable=SC2034,SC2154
# The AWS CLI, from PyPI.
# shellcheck source=tests/e2e/pypi.sh
source "$here/pypi.sh"

install() {
  install_from_pypi awscli
  debian_packages curl curl
}

program=(env "PATH=$cache/awscli/bin:$PATH" "$here/awscli/journey")
ways=(plain proxy https)

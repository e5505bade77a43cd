# shellcheck shell=bash disable=SC2034,SC2154
# boto3, the AWS SDK for Python, from PyPI.
# shellcheck source=tests/e2e/pypi.sh
source "$here/pypi.sh"

install() {
  install_from_pypi boto3
}

program=("$cache/boto3/bin/python" "$here/boto3/journey.py")
ways=(plain proxy https)

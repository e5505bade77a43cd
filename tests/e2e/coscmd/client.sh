# shellcheck shell=bash disable=SC2034,SC2154
# coscmd, from PyPI.
# shellcheck source=tests/e2e/pypi.sh
source "$here/pypi.sh"

install() {
  install_from_pypi coscmd
  debian_packages curl curl
  # The plain way needs a hosts file of its own.
  [ -z "$(LD_PRELOAD=libnss_wrapper.so env true 2>&1)" ] || debian_packages libnss_wrapper libnss-wrapper
}

program=(env "PATH=$cache/coscmd/bin:$PATH" "$here/coscmd/journey")
ways=(plain proxy https)

# shellcheck shell=bash disable=SC2034,SC2154
# rclone, as Debian has it.

install() {
  debian_packages rclone rclone
  debian_packages curl curl
}

program=("$here/rclone/journey")
ways=(plain proxy https)

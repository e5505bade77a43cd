# shellcheck shell=bash disable=SC2034,SC2154
# cos-go-sdk-v5, from the Go module proxy.

install() {
  debian_packages go golang-go ca-certificates
  mkdir -p "$cache/go"
  cd "$here/go" && go build -buildvcs=false -o "$cache/go/journey" .
}

program=("$cache/go/journey")
ways=(plain proxy https)

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # `run` gives `cache`, and reads `program` and `ways`
# cos-go-sdk-v5, in the version of go.mod.

folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=("$cache/go/journey")
ways=(plain proxy https)

install() {
  if ! command -v go >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends golang-go ca-certificates >/dev/null
  fi
  mkdir -p "$cache/go"
  (cd "$folder" && go build -buildvcs=false -o "$cache/go/journey" .)
}

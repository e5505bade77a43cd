# shellcheck shell=bash
# What the journeys written in bash share. Sourced: runs functions as cases, and says what is not as it should be.
set -euo pipefail

: "${E2E_CLIENT:=$(basename "$(dirname "$0")")}" "${E2E_WAY:=plain}" "${E2E_ENDPOINT:=http://127.0.0.1:7436}"
: "${TMPDIR:=$(mktemp -d)}"
is_failed=no

# Runs functions one after the other. A function's name is the name of its case, with underscores for blanks; it begins in an
# empty folder of its own.
run_cases() {
  local function
  for function in "$@"; do
    run_cases_at_once "$function"
  done
}

# Runs functions at the same time, and reports them in the order in which they are named.
run_cases_at_once() {
  local function pids=() pid functions=() name
  for function in "$@"; do
    # All cases need the bucket.
    if [[ ${function//_/ } == *"${E2E_CASES:-}"* || $function == creates_a_bucket ]]; then
      mkdir -p "$TMPDIR/cases/$function"
      run_case "$function" >"$TMPDIR/cases/$function.log" 2>&1 &
      pids+=($!)
      functions+=("$function")
    fi
  done
  for pid in "${pids[@]}"; do
    function=${functions[0]}
    functions=("${functions[@]:1}")
    name="$E2E_CLIENT/$E2E_WAY: ${function//_/ }"
    if wait "$pid"; then
      echo "ok $name ($(<"$TMPDIR/cases/$function.seconds") s)"
    elif [ -e "$TMPDIR/cases/$function.skip" ]; then
      echo "skip $name: $(<"$TMPDIR/cases/$function.skip")"
    else
      echo "FAILED $name"
      tail -n 40 "$TMPDIR/cases/$function.log"
      is_failed=yes
    fi
  done
}

run_case() {
  local start=$EPOCHREALTIME microseconds
  cd "$TMPDIR/cases/$1"
  "$1"
  microseconds=$((${EPOCHREALTIME/[.,]/} - ${start/[.,]/}))
  printf '%d.%d' $((microseconds / 1000000)) $((microseconds / 100000 % 10)) >"$TMPDIR/cases/$1.seconds"
}

# Ends a case that cannot be done in this way: skip REASON
skip() {
  echo "$1" >"$PWD.skip"
  exit 1
}

# Ends a journey: fails if one of its cases did.
end_cases() {
  [ "$is_failed" = no ]
}

# equal ACTUAL WANTED
equal() {
  if [ "$1" != "$2" ]; then
    printf 'not as it should be:\n%s\nwanted:\n%s\n' "$1" "$2"
    return 1
  fi
}

# contains TEXT PART
contains() {
  if [[ $1 != *"$2"* ]]; then
    printf 'lacks "%s":\n%s\n' "$2" "$1"
    return 1
  fi
}

# lacks TEXT PART
lacks() {
  if [[ $1 == *"$2"* ]]; then
    printf 'should not have "%s":\n%s\n' "$2" "$1"
    return 1
  fi
}

# matches TEXT EXTENDED_EXPRESSION: one of its lines does.
matches() {
  if ! grep -qE "$2" <<<"$1"; then
    printf 'lacks /%s/:\n%s\n' "$2" "$1"
    return 1
  fi
}

# refused TEXT COMMAND...: the command fails, and says TEXT.
refused() {
  local said
  if said=$("${@:2}" 2>&1); then
    printf 'was not refused: %s\n%s\n' "${*:2}" "$said"
    return 1
  fi
  contains "$said" "$1"
}

# random_file NAME BYTES
random_file() {
  head -c "$2" /dev/urandom >"$1"
}

md5_of() {
  md5sum "$1" | cut -d ' ' -f 1
}

# Fetches a URL as any other program does, with the way's own proxy and certificates: fetch [OPTION OF CURL]... URL
fetch() {
  curl --silent --show-error --fail "$@"
}

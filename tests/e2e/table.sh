# shellcheck shell=bash disable=SC2154
# For run: the table of clients, ways and what works, made from the lines of all programs. Sourced.

write_matrix() {
  local client way cell row rows=() notes=()
  for client in "$@"; do
    row="| [$(title_of "$client")](docs/clients/$client.md) |"
    for way in "${all_ways[@]}"; do
      describe "$client-$way"
      row+=" $cell |"
    done
    rows+=("$row")
  done
  {
    echo '| client | plain endpoint | HTTP proxy | HTTPS through the proxy |'
    echo '|---|---|---|---|'
    printf '%s\n' "${rows[@]}"
    if [ ${#notes[@]} -gt 0 ]; then
      echo
      printf '%s\n' "${notes[@]}" | sed '=' | sed 'N; s/\n/. /'
    fi
  } >"$matrix"
}

# A client's name is the heading of its page.
title_of() {
  sed -n '1s/^# //p' "$root/docs/clients/$1.md"
}

# Writes into `cell` how a client fares in one way. None of its cases failed; what it cannot do is in `notes`, by numbers.
describe() {
  local lines=$temporary/$1/lines note numbers=()
  if [ ! -e "$lines" ]; then
    add_note "$(cat "$temporary/$1.reason")"
    cell="no ${numbers[*]}"
    return 0
  fi
  while read -r note; do
    add_note "$note"
  done < <(sed -n 's/^skip [^:]*: \([^:]*\): /no "\1": /p' "$lines")
  cell=yes
  if [ ${#numbers[@]} -gt 0 ]; then
    cell="yes, but ${numbers[*]}"
  fi
}

# Adds to `numbers` that of a note, which becomes one of `notes` unless it is there.
add_note() {
  local index
  for index in "${!notes[@]}"; do
    if [ "${notes[index]}" = "$1" ]; then
      numbers+=("($((index + 1)))")
      return 0
    fi
  done
  notes+=("$1")
  numbers+=("(${#notes[@]})")
}

# Compares README.md's table with the matrix, or replaces it.
check_table() {
  local readme=$root/README.md begin='<!-- clients: begin -->' end='<!-- clients: end -->'
  if [ "$1" = yes ]; then
    sed -i -e "/^$begin\$/,/^$end\$/{/^$begin\$/{p;r $matrix" -e "};/^$end\$/p;d}" "$readme"
  fi
  sed -n "/^$begin\$/,/^$end\$/p" "$readme" | sed '1d;$d' >"$temporary/table"
  if ! diff -u --label README.md --label 'this run' "$temporary/table" "$matrix"; then
    echo "README.md's table is not what came out: tests/e2e/run --write-table writes it" >&2
    return 1
  fi
}

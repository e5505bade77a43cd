# shellcheck shell=bash disable=SC2034,SC2154
# com.qcloud:cos_api, from Maven Central.

install() {
  local sources=$cache/java.sources
  debian_packages javac default-jdk-headless
  debian_packages mvn maven
  cat "$here/java/pom.xml" "$here"/java/*.java >"$sources"
  if ! is_installed "$sources"; then
    rm -rf "$cache/java"
    mvn --quiet --batch-mode --file "$here/java/pom.xml" -Doutput="$cache/java" compile
    cp "$sources" "$cache/java/installed"
  fi
}

program=("$here/java/journey" "$cache/java")
ways=(plain proxy https)

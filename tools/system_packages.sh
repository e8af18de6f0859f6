#!/bin/sh
# Installs packages of the system where they are missing and this user may install them; says what follows where not.
# Usage: system_packages.sh compiler|postgresql
set -u
case "$1" in
  compiler)
    packages="gcc libc6-dev"
    consequence="watcher cannot be compiled"
    command -v "${CC:-cc}" >/dev/null 2>&1 && exit 0
    ;;
  postgresql)
    packages="postgresql"
    consequence="the tests that need PostgreSQL will be skipped"
    if command -v pg_ctl >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1; then exit 0; fi
    ;;
esac
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
  # shellcheck disable=SC2086  # several words are several packages
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $packages >/dev/null && exit 0
fi
echo "note: without the packages $packages $consequence"

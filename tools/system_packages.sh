#!/bin/sh
# Installs PostgreSQL for the tests where it is missing and this user may install packages; says so where not.
set -u
if command -v pg_ctl >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/pg_ctl >/dev/null 2>&1; then
  exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null && exit 0
fi
echo "note: PostgreSQL (package: postgresql) is not installed; the tests that need it will be skipped"

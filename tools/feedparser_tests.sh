#!/bin/sh
# Fetches feedparser's source distribution, which carries its test files, at the locked version and hashes, and unpacks
# it into build/; says so where it cannot, and the tests that use them are skipped. Usage: feedparser_tests.sh PYTHON
set -u
version=$(sed -n 's/^feedparser==\([0-9.]*\).*/\1/p' requirements-dev.lock)
[ -d "build/feedparser-$version/tests" ] && exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk '/^feedparser==/ { found = 1 } found { print } found && !/\\$/ { exit }' requirements-dev.lock >"$work/wanted.txt"
# Not isolated: what builds it is locked too, and need not be fetched again to learn the package's name.
"$1" -m pip download --quiet --disable-pip-version-check --retries 1 --timeout 10 --require-hashes --no-deps \
  --no-binary feedparser --no-build-isolation --dest "$work" --requirement "$work/wanted.txt" &&
  mkdir -p build && tar -xzf "$work/feedparser-$version.tar.gz" -C build && exit 0
echo "note: feedparser's source distribution cannot be fetched; the tests on its test files will be skipped"

#!/bin/sh
# What the tests need beyond Python packages: libpython for the real stubs, a compiler for odd ELF files.
# Without root or apt the tests that need them are skipped, each with its reason.
set -eu
missing=""
command -v gcc >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
command -v git >/dev/null 2>&1 || missing="$missing git"
version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
ls /usr/lib/*/libpython3.11.so.1.0 >/dev/null 2>&1 || missing="$missing libpython3.11"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq && apt-get install -qq -y --no-install-recommends $missing >/dev/null || \
        echo "could not install:$missing (python3 is $version); tests that need them are skipped"
else
    echo "not installed:$missing; tests that need them are skipped"
fi

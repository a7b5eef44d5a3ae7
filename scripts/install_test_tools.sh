#!/bin/sh
# What the tests need beyond Python packages: libpython for the real stubs, a compiler for odd ELF files, a container
# engine, memory allocators to preload. Without root or apt the tests that need them are skipped, each with its reason.
set -eu
missing=""
wanted() { missing="$missing $*"; }
command -v gcc >/dev/null 2>&1 || wanted gcc libc6-dev
command -v git >/dev/null 2>&1 || wanted git
command -v podman >/dev/null 2>&1 || wanted podman
command -v runc >/dev/null 2>&1 || wanted runc
command -v debootstrap >/dev/null 2>&1 || wanted debootstrap
ls /usr/lib/*/libpython3.11.so.1.0 >/dev/null 2>&1 || wanted libpython3.11
ls /usr/lib/*/libjemalloc.so.2 >/dev/null 2>&1 || wanted libjemalloc2
ls /usr/lib/*/libtcmalloc_minimal.so.4 >/dev/null 2>&1 || wanted libtcmalloc-minimal4
[ -n "$missing" ] || exit 0
version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq || true
    # One at a time: a package that is not to be had costs only its own tests.
    for package in $missing; do
        DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$package" >/dev/null 2>&1 ||
            echo "could not install $package (python3 is $version); tests that need it are skipped"
    done
else
    echo "not installed:$missing; tests that need them are skipped"
fi

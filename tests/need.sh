#!/bin/sh
# What `make check` needs besides a compiler and make. What is missing is installed through the system's package manager
# if this runs as root; otherwise, or with CRM_NO_INSTALL=1, it is named and the check fails. With everything there
# nothing is installed and the network is not touched.
set -u
missing=
packages=
lack() { # lack WHAT DEBIAN-PACKAGE
    missing="$missing $1"
    packages="$packages $2"
}
command -v "${CXX:-c++}" >/dev/null 2>&1 || lack "a C++ compiler," g++
command -v pkg-config >/dev/null 2>&1 || lack pkg-config, pkg-config
command -v mandoc >/dev/null 2>&1 || lack mandoc, mandoc
echo '#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
int main(void) { return 0; }' | "${CC:-cc}" -x c - -lcmocka -o /dev/null 2>/dev/null || lack cmocka, libcmocka-dev
[ -n "$packages" ] || exit 0

missing=$(echo "$missing" | sed 's/,$//')
if [ "${CRM_NO_INSTALL:-0}" = 1 ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "make check: missing:$missing" >&2
    echo "make check: on Debian and Ubuntu: apt-get install$packages" >&2
    exit 1
fi
echo "make check: missing:$missing; installing:$packages"
log=$(mktemp)
if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages; } >"$log" 2>&1
then
    rm -f "$log"
else
    cat "$log" >&2
    rm -f "$log"
    echo "make check: the package manager could not install:$packages" >&2
    exit 1
fi

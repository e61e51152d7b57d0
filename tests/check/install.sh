# An installed copy works from outside the tree: C and C++ quickstart through pkg-config, shared and static; uninstall
# leaves nothing behind.
set -u
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
root=$(pwd)
fail() { echo "$1"; cat "$t/log"; exit 1; }
make BUILD="${BUILD:-build}" install PREFIX="$t/usr" >"$t/log" 2>&1 || fail "make install"
cp examples/quickstart.c examples/quickstart.cpp "$t"
cd "$t" || exit 1
export PKG_CONFIG_PATH="$t/usr/lib/pkgconfig"
flags=$(pkg-config --cflags crmcore) libs=$(pkg-config --libs crmcore) static=$(pkg-config --static --libs crmcore)
${CC:-cc} quickstart.c -o shared $flags $libs 2>"$t/log" || fail "C, shared"
${CXX:-c++} quickstart.cpp -o shared_cpp $flags $libs 2>"$t/log" || fail "C++, shared"
${CC:-cc} -static quickstart.c -o static $flags $static 2>"$t/log" || fail "C, static"
export LD_LIBRARY_PATH="$t/usr/lib"
./shared >out.c 2>"$t/log" || fail "running C, shared"
./shared_cpp >out.cpp 2>"$t/log" || fail "running C++, shared"
./static >out.static 2>"$t/log" || fail "running C, static"
[ "$(wc -l <out.c)" -eq 8 ] || fail "quickstart.c printed $(wc -l <out.c) lines"
[ "$(wc -l <out.cpp)" -eq 8 ] || fail "quickstart.cpp printed $(wc -l <out.cpp) lines"
cmp -s out.c out.static || fail "static and shared differ"
"$t/usr/bin/crmvalue" --version >"$t/log" 2>&1 || fail "crmvalue --version"
# The main job is at most 20 lines: from main's brace to the last destroy, blank lines and braces alone left out.
lines=$(awk '/^int main/ {inside = 1} inside && !/^[ \t]*[{}]?[ \t]*$/ && !/^[ \t]*(\/\/|\/\*)/ {n++} END {print n}' "$root/examples/quickstart.c")
[ "$lines" -le 20 ] || { echo "quickstart.c: $lines lines"; exit 1; }
cd "$root" || exit 1
make BUILD="${BUILD:-build}" uninstall PREFIX="$t/usr" >"$t/log" 2>&1 || fail "make uninstall"
left=$(find "$t/usr" -type f -o -type l | head -n 5)
[ -z "$left" ] || { echo "left behind: $left"; exit 1; }
echo "quickstart in C ($lines lines) and C++ against an installed copy, shared and static"

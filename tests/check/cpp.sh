# crmcore.hpp at work: tests/cpp under C++11, C++17 and C++20, with every C++ compiler there is, without a warning.
set -u
B=${BUILD:-build}
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
bad=0 ran=0 last=
for cxx in "${CXX:-c++}" clang++; do
    command -v "${cxx%% *}" >/dev/null 2>&1 || continue
    [ "$cxx" = "$last" ] && continue
    last=$cxx
    for std in c++11 c++17 c++20; do
        $cxx -std=$std -Wall -Wextra -Wpedantic -Werror -Iinclude tests/cpp/handles.cpp -o "$t/handles" "$B/libcrmcore.a" \
            ${LDFLAGS:-} -lm -pthread >"$t/log" 2>&1 && "$t/handles" >"$t/out" 2>&1 || { echo "$cxx -std=$std:"; head -n 20 "$t/log"; cat "$t/out" 2>/dev/null; bad=1; }
        ran=$((ran + 1))
    done
done
[ $bad = 0 ] && echo "$(cat "$t/out"); $ran builds"
exit $bad

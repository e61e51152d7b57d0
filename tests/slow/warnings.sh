# No warning from gcc or clang, with the strict set of the Makefile.
set -u
w=${BUILD:-build}/warnings
bad=0
for cc in gcc clang; do
    command -v $cc >/dev/null || { echo "$cc is missing"; bad=1; continue; }
    make -j2 BUILD="$w/$cc" CC=$cc CFLAGS=-Werror -k all examples >"$w.log" 2>&1 || { grep -E '(error|warning):' "$w.log" | sort -u | head -n 40; bad=1; }
done
[ $bad = 0 ] && echo "clean under $(gcc --version | head -n 1) and $(clang --version | head -n 1)"
exit $bad

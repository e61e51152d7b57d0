# Valgrind over the bits program, the demo and the command line: no error, no leak. (AVX-512 is beyond valgrind, so the
# context sees what valgrind tells it of the processor.)
set -u
B=${BUILD:-build}
bad=0
try() { valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=all "$@" >/dev/null 2>"$B/valgrind.log" || { echo "$*:"; tail -n 20 "$B/valgrind.log"; bad=1; }; }
make -j2 "$B/tests/bits/bits" examples >/dev/null 2>&1 || exit 1
try "$B/tests/bits/bits" 2 1
try "$B/examples/crmvalue" report examples/demo.csv --until 2024-12-31 --threads 2
try "$B/examples/crmvalue" predict bg-nbd examples/demo.csv --until 2024-12-31 --horizon 52
[ $bad = 0 ] && echo "no error and no leak"
exit $bad

# The same bits, row by row: from gcc and clang, -O0 and -O3, every instruction set, 1, 2, 7 and 64 workers, and another
# architecture under emulation. CRM_BITS_WORK keeps the builds of an earlier run.
set -u
w=${CRM_BITS_WORK:-${BUILD:-build}/bits}
mkdir -p "$w"
runs=0 bad=0
compare() { # compare WHAT COMMAND...
    what=$1; shift
    if ! "$@" >"$w/out" 2>"$w/err"; then echo "$what: did not run"; head -n 3 "$w/err"; bad=1; return; fi
    if [ ! -f "$w/reference" ]; then mv "$w/out" "$w/reference"; runs=1; return; fi
    runs=$((runs + 1))
    if ! cmp -s "$w/reference" "$w/out"; then
        echo "$what: $(diff "$w/reference" "$w/out" | grep -c '^<') of $(wc -l <"$w/reference") rows differ:"
        diff "$w/reference" "$w/out" | sed -n '2,5p'
        bad=1
    fi
}
build() { # build NAME VARIABLE=VALUE...
    name=$1; shift
    make -j2 BUILD="$w/$name" "$@" "$w/$name/tests/bits/bits" >"$w/$name.log" 2>&1 || { echo "$name: does not build"; tail -n 5 "$w/$name.log"; bad=1; return 1; }
}
rm -f "$w/reference"
build gcc-O3 CC=gcc || exit 1
best=$(awk '/^flags/ {print (/avx512vl/ && /avx512dq/ && /avx512bw/) ? 2 : /avx2/ ? 1 : 0; exit}' /proc/cpuinfo 2>/dev/null || echo 0)
for isa in 2 1 0; do
    [ "$isa" -le "${best:-0}" ] || { echo "this processor has no instruction set $isa"; continue; }
    for workers in 1 2 7 64; do compare "gcc -O3, set $isa, $workers workers" "$w/gcc-O3/tests/bits/bits" $workers $isa; done
done
build gcc-O0 CC=gcc CFLAGS=-O0 && compare "gcc -O0" "$w/gcc-O0/tests/bits/bits" 2 2
if command -v clang >/dev/null; then
    build clang-O3 CC=clang && { compare "clang -O3" "$w/clang-O3/tests/bits/bits" 2 2; compare "clang -O3, set 0" "$w/clang-O3/tests/bits/bits" 1 0; }
    build clang-O0 CC=clang CFLAGS=-O0 && compare "clang -O0" "$w/clang-O0/tests/bits/bits" 1 2
else
    echo "clang is missing"; bad=1
fi
if command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64 >/dev/null; then
    build aarch64 CC=aarch64-linux-gnu-gcc LDFLAGS=-static && compare "aarch64" qemu-aarch64 "$w/aarch64/tests/bits/bits" 2 0
else
    echo "the aarch64 compiler or qemu is missing"; bad=1
fi
[ $bad = 0 ] && echo "$runs builds and runs print the same $(wc -l <"$w/reference") rows"
exit $bad

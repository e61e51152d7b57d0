# Lines and branches of lib/ that the tests reach: at least CRM_COVERAGE percent (98) of each. Instruction-set dispatch is
# off, so that every kernel is there once.
set -u
w=${BUILD:-build}/coverage
least=${CRM_COVERAGE:-98}
command -v gcovr >/dev/null || { echo "gcovr is missing"; exit 1; }
rm -rf "$w"; mkdir -p "$w"
tests=$(ls tests/*/test_*.c | sed "s|^|$w/|; s|\.c\$||")
make -j2 BUILD="$w" CRM_NO_DISPATCH=1 CFLAGS="-O0 -g --coverage" LDFLAGS=--coverage $tests >"$w/log" 2>&1 || { tail -n 5 "$w/log"; exit 1; }
for t in $tests; do "$t" >"$w/out" 2>&1 || { echo "$t failed"; tail -n 5 "$w/out"; exit 1; }; done
gcovr -r . --object-directory "$w/obj/lib" -f 'lib/.*' --fail-under-line "$least" --fail-under-branch "$least" \
    --txt "$w/lines.txt" --txt-summary >"$w/summary" 2>"$w/err"
code=$?
[ $code = 0 ] || { gcovr -r . --object-directory "$w/obj/lib" -f 'lib/.*' --branches 2>/dev/null | tail -n +5; sed -n '/%/p' "$w/lines.txt" | head -n 80; cat "$w/err"; }
grep -E '^(lines|branches)' "$w/summary" | tr '\n' ' '; echo
exit $code

# Lines and branches of lib/ that the tests reach: at least CRM_COVERAGE percent (98) of each. Instruction-set dispatch is
# off, so that every kernel is there once.
set -u
w=${BUILD:-build}/coverage
least=${CRM_COVERAGE:-98}
command -v gcovr >/dev/null || { echo "gcovr is missing"; exit 1; }
rm -rf "$w"; mkdir -p "$w"
tests=$(ls tests/*/test_*.c | sed "s|^|$w/|; s|\.c\$||")
make -j2 BUILD="$w" CRM_NO_DISPATCH=1 CFLAGS="-O0 -g --coverage -DCRM_I_COVERAGE" LDFLAGS=--coverage $tests >"$w/log" 2>&1 || { tail -n 5 "$w/log"; exit 1; }
# Side by side: counters of several programs are added up under a lock.
printf '%s\n' $tests | xargs -P "$(nproc)" -n 1 sh -c '"$0" >"$0.log" 2>&1 || echo "$0"' >"$w/failed"
for t in $(cat "$w/failed"); do echo "$t failed"; tail -n 5 "$t.log"; done
[ -s "$w/failed" ] && exit 1
report() { gcovr -r . --object-directory "$w/obj/lib" -f 'lib/.*' "$@" 2>"$w/err"; }
report --print-summary --fail-under-line "$least" --fail-under-branch "$least" -o "$w/lines.txt" >"$w/summary"
code=$?
if [ $code -ne 0 ]; then
    report --branches -o "$w/branches.txt" >/dev/null
    echo "Files short of $least %: lines, then branches"
    awk -v least="$least" '/%/ && $4 + 0 < least' "$w/lines.txt"
    awk -v least="$least" '/%/ && $4 + 0 < least' "$w/branches.txt"
    cat "$w/err"
fi
grep -E '^(lines|branches)' "$w/summary" | tr '\n' ' '; echo
exit $code

# Every public function is called by a test; every one that takes a context, and so may allocate, by a test program that
# makes allocations fail.
set -u
bad=0 all=0 swept=0
files=$(grep -lE 'failing_(sweep|none)\(' tests/*/test_*.c)
awk -v mode=prototypes -f lib/crmcore.awk lib/crmcore.map lib/crmcore.units include/crmcore/*.h >"${BUILD:-build}/prototypes"
while read -r prototype; do
    name=$(echo "$prototype" | sed 's/(.*//; s/.*[ *]//')
    all=$((all + 1))
    grep -qw "$name" tests/*/test_*.c || { echo "no test calls $name"; bad=1; }
    case $prototype in
    *'const crm_context *'*)
        swept=$((swept + 1))
        grep -qw "$name" $files || { echo "no test fails the allocations of $name"; bad=1; } ;;
    esac
done <"${BUILD:-build}/prototypes"
[ $bad = 0 ] && echo "$all functions are tested, $swept with failing allocations"
exit $bad

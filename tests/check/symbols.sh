# What is exported = what the map lists = what the headers declare = what the pages document.
set -u
B=${BUILD:-build}
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
awk -v mode=names -f lib/crmcore.awk lib/crmcore.map lib/crmcore.units include/crmcore/*.h | sort >"$t/headers" || exit 1
sed -n 's/^ *\(crm_[a-z0-9_]*\);$/\1/p' lib/crmcore.map | sort >"$t/map"
nm -D --defined-only "$B"/libcrmcore.so | awk '$2 ~ /[TDBRW]/ {sub(/@.*/, "", $3); print $3}' | sort >"$t/exported"
cat man/*.3 | sed -n 's/^\.Fn \(crm_[a-z0-9_]*\).*/\1/p; s/^\.Fo \(crm_[a-z0-9_]*\).*/\1/p' | sort -u >"$t/pages"
bad=0
for other in map exported pages; do
    if ! diff "$t/headers" "$t/$other" >"$t/diff"; then
        echo "headers against $other (<: only in the headers):"; cat "$t/diff"; bad=1
    fi
done
# Static use: nothing of ours without the prefix.
nm "$B"/libcrmcore.a 2>/dev/null | awk '$2 ~ /^[TDBRVWC]$/ && $3 !~ /^crm_/ {print "unprefixed:", $3}' >"$t/plain"
[ -s "$t/plain" ] && { cat "$t/plain"; bad=1; }
[ $bad = 0 ] && echo "$(wc -l <"$t/headers") functions: headers = map = exported = pages"
exit $bad

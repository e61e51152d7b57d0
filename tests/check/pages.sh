# Every page lints; the synopsis of a room's page declares what the header declares; every example runs.
set -u
B=${BUILD:-build}
t=$(mktemp -d); trap 'rm -rf "$t"' EXIT
bad=0 examples=0
say() { echo "$*"; bad=1; }

for page in man/*.[13]; do
    mandoc -Tlint -W warning "$page" >"$t/lint" 2>&1 || { cat "$t/lint"; bad=1; }
done

# The synopsis as C: .Ft type, .Fo name, .Fa "argument", .Fc. Declared beside the header it must be the same function.
for page in man/crmcore_*.3; do
    room=$(basename "$page" .3); room=${room#crmcore_}
    awk '
        /^\.Sh / { inside = /^\.Sh SYNOPSIS/ }
        !inside { next }
        { gsub(/"/, ""); sub(/ *$/, "") }
        /^\.Ft / { type = substr($0, 5) }
        /^\.Fo / { name = substr($0, 5); arguments = "" }
        /^\.Fa / { arguments = arguments (arguments == "" ? "" : ", ") substr($0, 5) }
        /^\.Fc/ { print type " " name "(" (arguments == "" ? "void" : arguments) ");" }
        /^\.Fn / { split(substr($0, 5), w, " "); print type " " w[1] "(void);" }' "$page" >"$t/synopsis"
    { echo '#include "crmcore.h"'; cat "$t/synopsis"; } >"$t/$room.c"
    ${CC:-cc} -std=c11 -Wall -Werror -Iinclude -fsyntax-only "$t/$room.c" 2>"$t/err" || { say "$page: the synopsis is not the header's:"; head -n 10 "$t/err"; }
    # The same names, so that none is declared in the wrong page.
    sed 's/(.*//; s/.*[ *]//' "$t/synopsis" | sort >"$t/names"
    awk -v mode=names -f lib/crmcore.awk lib/crmcore.map lib/crmcore.units "include/crmcore/$room.h" | sort >"$t/header"
    diff "$t/header" "$t/names" >"$t/diff" || { say "$page: synopsis against include/crmcore/$room.h:"; cat "$t/diff"; }
    for name in $(cat "$t/names"); do
        awk -v name="$name" '/^\.Sh / { inside = /^\.Sh (DESCRIPTION|FUNCTIONS)/ } inside && index($0, name) { found = 1 } END { exit !found }' "$page" ||
            say "$page: $name stands in the synopsis only"
    done
    grep -q '^\.Sh EXAMPLES' "$page" || say "$page has no example"
done

# The index of crmcore(3): every function once, in the file that defines it.
awk '/^\.Ss Index/ { inside = 1 } /^\.Sh / { inside = 0 }
    inside && /^\.Pa lib\// { room = $2 }
    inside && /^\.Fn / { names = names " " $2 }
    inside && /^\.Pq Pa / { n = split(names, w, " "); for (i = 1; i <= n; i++) print w[i], room "/" $3; names = "" }' \
    man/crmcore.3 >"$t/index"
while read -r name file; do
    grep -q "^[a-z].*[ *]$name(" "$file" 2>/dev/null || say "crmcore(3): $name is not defined in $file"
done <"$t/index"
sed 's/ .*//' "$t/index" | sort >"$t/indexed"
sed -n 's/^ *\(crm_[a-z0-9_]*\);$/\1/p' lib/crmcore.map | sort | diff - "$t/indexed" >"$t/diff" ||
    { say "crmcore(3): the index against lib/crmcore.map:"; cat "$t/diff"; }

# Examples of section 3 are programs: each block that includes crmcore.h is built, run, and prints what the block after
# "prints" shows.
for page in man/*.3; do
    awk -v out="$t/$(basename "$page")" '
        /^\.Sh / { inside = /^\.Sh EXAMPLES/ }
        inside && /^\.Bd / { n++; file = out "." n ".txt"; printf "" > file; copying = 1; next }
        inside && /^\.Ed/ { copying = 0 }
        copying { gsub(/\\e/, "\\"); gsub(/\\&/, ""); gsub(/\\-/, "-"); print > file }' "$page"
    for block in "$t/$(basename "$page")".*.txt; do
        [ -f "$block" ] || continue
        grep -q '#include' "$block" || continue
        cp "$block" "$block.c"
        if ! ${CC:-cc} -std=c11 -Wall -Wextra -Werror -Iinclude "$block.c" -o "$block.run" "$B/libcrmcore.a" -lm -pthread 2>"$t/err"; then
            say "$page: the example does not build:"; head -n 5 "$t/err"; continue
        fi
        "$block.run" >"$block.out" 2>"$t/err" || { say "$page: the example fails:"; cat "$t/err"; }
        examples=$((examples + 1))
        number=${block%.txt}; number=${number##*.}
        expected="$t/$(basename "$page").$((number + 1)).txt"
        if [ -f "$expected" ] && ! grep -q '#include' "$expected"; then
            diff "$expected" "$block.out" >"$t/diff" || { say "$page: the example prints something else:"; cat "$t/diff"; }
        else
            say "$page: what the example prints is not shown"
        fi
    done
done

# Examples of crmvalue(1) are commands.
awk '/^\.Sh / { inside = /^\.Sh EXAMPLES/ } inside && /^crmvalue / { gsub(/\\-/, "-"); print }' man/crmvalue.1 >"$t/commands"
while read -r command; do
    sh -c "$B/examples/$command" >"$t/out" 2>"$t/err" </dev/null || { say "crmvalue(1): $command:"; cat "$t/err"; }
    [ -s "$t/out" ] || say "crmvalue(1): $command printed nothing"
    examples=$((examples + 1))
done <"$t/commands"
[ $bad = 0 ] && echo "$(ls man/*.[13] | wc -l) pages, $examples examples run"
exit $bad

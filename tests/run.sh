#!/bin/sh
# Runs test programs (cmocka) and checks (*.sh), all of them even if one fails, and closes with one line: "N passed, N
# failed, N skipped". A check exits 0, 1 or 77 (skipped) and says in its last line what it found. Programs run side by
# side, as many as there are processors, and are told of in order; checks run one after another, for they build.
set -u
passed=0 failed=0 skipped=0 bad=
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# What the programs say and how they end, in files beside them.
for item in "$@"; do
    case $item in
    *.sh) ;;
    *) rm -f "$item.log" "$item.code"; printf '%s\n' "$item" ;;
    esac
done | xargs -P "$(nproc 2>/dev/null || echo 1)" -n 1 sh -c '"$0" >"$0.log" 2>&1; echo $? >"$0.code"'

run_program() {
    cp "$1.log" "$log"
    code=$(cat "$1.code")
    name=${1#"${BUILD:-build}"/}
    p=$(grep -c '^\[       OK \]' "$log")
    s=$(sed -n 's/^\[  SKIPPED \] \([0-9]*\) test(s).*/\1/p' "$log" | awk '{n += $1} END {print n + 0}')
    f=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test(s).*/\1/p' "$log" | awk '{n += $1} END {print n + 0}')
    note=
    [ "$s" -gt 0 ] && note=", $s skipped"
    if [ $code -ne 0 ] || [ $((p + s)) -eq 0 ]; then
        [ $((p + s)) -gt 0 ] || echo "$name: ran no test"
        cat "$log"
        [ "$f" -gt 0 ] || f=1
        bad="$bad $name"
        note="$note, $f FAILED"
    fi
    grep -i '^skip' "$log"
    printf '%-36s %4d passed%s\n' "$name" "$p" "$note"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

run_check() {
    sh "$1" >"$log" 2>&1
    code=$?
    name=$(basename "$(dirname "$1")")/$(basename "$1" .sh)
    case $code in
    0) passed=$((passed + 1)); printf '%-36s %s\n' "$name" "$(tail -n 1 "$log")" ;;
    77) skipped=$((skipped + 1)); printf '%-36s skipped: %s\n' "$name" "$(tail -n 1 "$log")" ;;
    *) failed=$((failed + 1)); bad="$bad $name"; echo "$name FAILED"; cat "$log" ;;
    esac
}

for item in "$@"; do
    case $item in
    *.sh) run_check "$item" ;;
    *) run_program "$item" ;;
    esac
done
[ -z "$bad" ] || echo "failed:$bad"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

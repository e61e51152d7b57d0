#!/bin/sh
# Runs the test programs given, then the checks in tests/check/, all of them even if one fails, and closes with one line:
# "N passed, N failed, N skipped". A check prints its name and what it found, and exits 0, 1 or 77 (skipped).
set -u
passed=0 failed=0 skipped=0 bad=
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for test in "$@"; do
    "$test" >"$log" 2>&1
    code=$?
    p=$(grep -c '^\[       OK \]' "$log")
    f=$(grep -c '^\[  FAILED  \] [a-zA-Z_0-9]*$' "$log")
    s=$(grep -c '^\[  SKIPPED \] [a-zA-Z_0-9]*$' "$log")
    f=$((f > 0 ? f / 2 + f % 2 : 0))
    s=$((s > 0 ? s / 2 + s % 2 : 0))
    if [ $code -ne 0 ]; then
        cat "$log"
        [ $f -gt 0 ] || f=1
        bad="$bad ${test#"$BUILD"/}"
    elif [ $((p + s)) -eq 0 ]; then
        echo "${test#"$BUILD"/}: ran no test"
        f=1
        bad="$bad ${test#"$BUILD"/}"
    fi
    grep -i '^skip' "$log"
    printf '%-40s %4d passed%s\n' "${test#"$BUILD"/}" "$p" "$([ "$s" -gt 0 ] && echo ", $s skipped")"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
for check in tests/check/*.sh; do
    case $check in */lint.sh) continue ;; esac
    sh "$check" >"$log" 2>&1
    code=$?
    name=check/$(basename "$check" .sh)
    case $code in
    0) passed=$((passed + 1)); printf '%-40s %s\n' "$name" "$(tail -n 1 "$log")" ;;
    77) skipped=$((skipped + 1)); printf '%-40s skipped: %s\n' "$name" "$(tail -n 1 "$log")" ;;
    *) failed=$((failed + 1)); bad="$bad $name"; echo "$name: failed"; cat "$log" ;;
    esac
done
[ -z "$bad" ] || echo "failed:$bad"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

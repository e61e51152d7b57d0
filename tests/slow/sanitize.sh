# The tests under the address and undefined-behaviour sanitizers, then the threaded ones under the thread sanitizer.
set -u
w=${BUILD:-build}/sanitize
bad=0 ran=0
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export CRM_SLOW=1
tests=$(ls tests/*/test_*.c | sed 's/\.c$//')
run_all() { # run_all NAME FLAGS TESTS...
    name=$1 flags=$2; shift 2
    targets=; for t in "$@"; do targets="$targets $w/$name/$t"; done
    make -j2 BUILD="$w/$name" CFLAGS="-O1 -g $flags" LDFLAGS="$flags" $targets >"$w.$name.log" 2>&1 || { tail -n 5 "$w.$name.log"; bad=1; return; }
    printf '%s\n' $targets | xargs -P "$(nproc)" -n 1 sh -c '"$0" >"$0.log" 2>&1 || echo "$0"' >"$w.failed"
    for t in $(cat "$w.failed"); do echo "$t:"; tail -n 30 "$t.log"; bad=1; done
    ran=$((ran + $# - $(wc -l <"$w.failed")))
}
mkdir -p "$w"
run_all address "-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer" $tests
run_all thread "-fsanitize=thread" $(grep -lE 'crm_context_create|failing_|workers' tests/*/test_*.c | sed 's/\.c$//')
[ $bad = 0 ] && echo "$ran test programs clean under ASan and UBSan, or TSan"
exit $bad

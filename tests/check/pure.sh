# No writable data, no needs beyond libc and libm, no calls that a pure computation has no use for.
set -u
B=${BUILD:-build}
bad=0
for o in $(find "$B/obj/lib" -name '*.o'); do
    objdump -h "$o" | awk -v o="$o" '$2 ~ /^\.(data|bss|tdata|tbss)(\.|$)/ && $2 !~ /^\.data\.rel\.ro/ && $3 !~ /^0+$/ {
        print o ": writable " $2; found = 1 } $2 ~ /^\.(init_array|ctors|fini_array)/ { print o ": " $2; found = 1 } END { exit found }' || bad=1
done
nm -D --undefined-only "$B"/libcrmcore.so | awk '{sub(/@.*/, "", $2); print $2}' | LC_ALL=C sort >"$B/needs"
# The pool needs threads, signals blocked, and to know that it was forked; malloc's allocator asks for large pages.
tr ' ' '\n' >"$B/allowed" <<'END'
_ITM_deregisterTMCloneTable _ITM_registerTMCloneTable __cxa_finalize __gmon_start__ __stack_chk_fail ceil
floor free getpid ldexp madvise malloc memchr memcmp memcpy memmove memset pthread_attr_destroy
pthread_attr_init pthread_attr_setstacksize pthread_cond_broadcast pthread_cond_destroy pthread_cond_init
pthread_cond_signal pthread_cond_wait pthread_create pthread_join pthread_mutex_destroy pthread_mutex_init
pthread_mutex_lock pthread_mutex_unlock pthread_sigmask rint sigfillset sqrt strcmp strlen trunc
END
LC_ALL=C sort -o "$B/allowed" "$B/allowed"
extra=$(LC_ALL=C comm -23 "$B/needs" "$B/allowed")
[ -n "$extra" ] && { echo "calls outside the list:" $extra; bad=1; }
needed=$(objdump -p "$B"/libcrmcore.so | awk '$1 == "NEEDED" {print $2}' | grep -vE '^lib(c|m|pthread)\.so|^ld-linux' | tr '\n' ' ')
[ -n "$needed" ] && { echo "NEEDED: $needed"; bad=1; }
[ $bad = 0 ] && echo "no writable data, NEEDED $(objdump -p "$B"/libcrmcore.so | awk '$1 == "NEEDED" {printf "%s ", $2}')"
exit $bad

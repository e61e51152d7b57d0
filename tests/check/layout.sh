# One room, one word: folder = header = page = tests; a file bears the noun of its functions; rooms look only downwards.
set -u
bad=0
say() { echo "$*"; bad=1; }
for d in lib/*/; do
    room=$(basename "$d")
    [ -d "tests/$room" ] || say "tests/$room is missing"
    [ "$room" = numeric ] && continue
    [ -f "include/crmcore/$room.h" ] || say "include/crmcore/$room.h is missing"
    [ -f "man/crmcore_$room.3" ] || say "man/crmcore_$room.3 is missing"
done
for h in include/crmcore/*.h; do [ -d "lib/$(basename "$h" .h)" ] || say "$h has no room"; done
# base < numeric < data < lifetime < model < the five stages < report
level() {
    case $1 in base) echo 0 ;; numeric) echo 1 ;; data) echo 2 ;; lifetime) echo 3 ;; model) echo 4 ;; report) echo 6 ;; *) echo 5 ;; esac
}
for f in lib/*/*.[ch]; do
    room=${f#lib/} room=${room%%/*}
    for used in $(sed -n 's/^#include "\(crmcore\/\)\{0,1\}\([a-z]*\)[/.].*/\2/p' "$f" | sort -u); do
        [ "$used" = "$room" ] && continue
        [ -d "lib/$used" ] || continue
        [ "$(level "$used")" -lt "$(level "$room")" ] || say "$f looks up or sideways, at $used"
    done
done
# The file that defines crm_<noun>_<verb> starts with the noun, or the noun names its handle's file.
for f in $(ls lib/*/*.c | grep -v _kernel); do
    base=$(basename "$f" .c)
    for fn in $(sed -n 's/^[a-z].*[ *]\(crm_[a-z][a-z0-9_]*\)(.*/\1/p' "$f" | grep -v '^crm_i_' | sort -u); do
        noun=${fn#crm_} noun=${noun%%_*}
        case $base in
        $noun | ${noun}_* | ${noun}s | *_$noun) ;;
        *) case "$fn:$base" in
           crm_version:version | crm_null_to_nan:convert | crm_money_*:convert | crm_option_*:options) ;;
           crm_model_*:everyday | crm_model_*:simulate | crm_model_*:likelihood | crm_model_*:fit | crm_model_*:interval) ;;
           crm_referral_*:chain) ;;
           *) say "$f defines $fn" ;;
           esac ;;
        esac
    done
done
for f in $(git ls-files 'lib/*.[ch]' 'include/*' 'examples/*.[ch]' 'examples/*.cpp' 'tests/*.[ch]' 2>/dev/null); do
    [ "$(wc -l <"$f")" -le 600 ] || say "$f has $(wc -l <"$f") lines"
done
[ $bad = 0 ] && echo "$(ls -d lib/*/ | wc -l) rooms in order"
exit $bad

# crmcore.json is well-formed and complete: every function of the map, every argument of every prototype.
set -u
B=${BUILD:-build}
[ -s "$B/crmcore.json" ] || { echo "crmcore.json is missing"; exit 1; }
functions=$(grep -c '^    {"name": "crm_' "$B/crmcore.json")
map=$(grep -c '^ *crm_[a-z0-9_]*;$' lib/crmcore.map)
[ "$functions" -eq "$map" ] || { echo "$functions functions described, $map in the map"; exit 1; }
# Brackets balance outside strings, and no string is left open.
awk '{
    line = $0
    while (match(line, /"([^"\\]|\\.)*"/)) line = substr(line, 1, RSTART - 1) substr(line, RSTART + RLENGTH)
    if (index(line, "\"")) { print "open string: " $0; bad = 1 }
    open += gsub(/[\[{]/, "", line); close_ += gsub(/[\]}]/, "", line)
} END { if (open != close_) { print open " opened, " close_ " closed"; bad = 1 } exit bad }' "$B/crmcore.json" || exit 1
constants=$(grep -c '"value":' "$B/crmcore.json")
echo "$functions functions, $constants constants described"

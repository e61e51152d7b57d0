# Reads the public headers and writes what they declare.
#   awk -v mode=json -f lib/crmcore.awk lib/crmcore.map lib/crmcore.units include/crmcore/*.h    crmcore.json
#   awk -v mode=names ...                                                       the exported functions, one a line
#   awk -v mode=prototypes ...                                                  one prototype a line
# The headers keep to one form: a comment, then "CRM_API type name(arguments);", "enum { NAME = value, ... };",
# "typedef struct x x;" or a struct or function type. What does not fit is an error, so that nothing is lost silently.

function fail(text) { print FILENAME ": " text > "/dev/stderr"; failed = 1; exit 1 }
function trim(s) { sub(/^[ \t\n]+/, "", s); sub(/[ \t\n]+$/, "", s); return s }
function quote(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); gsub(/[ \t\n]+/, " ", s); return "\"" trim(s) "\"" }

# The version node that first exported a name is its "since".
FILENAME ~ /\.map$/ {
    if ($1 ~ /^CRMCORE_/) { node = $1; sub(/^CRMCORE_/, "", node) }
    if ($1 ~ /^crm_[a-z0-9_]+;$/) { symbol = $1; sub(/;$/, "", symbol); since[symbol] = node }
    next
}
# The vocabulary: "name<TAB>unit" of every argument that is a number, or "function.name<TAB>unit" where one differs.
FILENAME ~ /\.units$/ {
    if ($0 !~ /^#/ && split($0, pair, "\t") == 2) unit[pair[1]] = pair[2]
    next
}
FNR == 1 { room = FILENAME; sub(/.*\//, "", room); sub(/\.h$/, "", room); comment = ""; pending = ""; inside = 0 }

{
    line = $0
    if (inside) {                                      # within a comment of several lines
        if ((at = index(line, "*/")) == 0) { text = line; sub(/^ \*? ?/, "", text); comment = comment "\n" text; next }
        text = substr(line, 1, at - 1); sub(/^ \*? ?/, "", text); comment = comment "\n" text
        line = substr(line, at + 2); inside = 0
    }
    if (line ~ /^#/) { while (line ~ /\\$/) { if ((getline line) <= 0) break } next }
    while ((at = index(line, "/*")) > 0) {
        end = index(line, "*/")
        before = substr(line, 1, at - 1)
        if (end == 0) {
            if (trim(before) == "" && trim(pending) == "") comment = trim(substr(line, at + 2))
            inside = 1; line = before
        } else {
            body = substr(line, at + 2, end - at - 2)
            if (body ~ /^opt/) mark = " @opt "; else mark = " "
            if (trim(before) == "" && trim(pending) == "") comment = trim(body)
            line = before mark substr(line, end + 2)
        }
    }
    if (line ~ /^[ \t]*(extern "C" \{|\})[ \t]*$/ && trim(pending) == "") next
    if (trim(line) == "") {                            # a comment speaks for what follows it without a gap
        if (trim(pending) == "" && !inside && (declared || comment ~ /^----/)) { comment = ""; declared = 0 }
        next
    }
    pending = pending " " line
    depth = gsub(/\{/, "{", pending) - gsub(/\}/, "}", pending)
    if (depth > 0 || pending !~ /;[ \t]*(@opt[ \t]*)?$/) next
    declare(trim(pending)); pending = ""; declared = 1
}

function declare(text) {
    gsub(/[ \t]+/, " ", text)
    if (text ~ /^CRM_API /) return function_of(text)
    if (text ~ /^enum \{/) return constants_of(text)
    if (text ~ /^typedef struct [a-z_]+ [a-z_]+;/) { split(text, w, " "); add("handles", quote(w[3])); return }
    if (text ~ /^typedef /) { sub(/^typedef /, "", text); sub(/;$/, "", text); add("types", "{\"declaration\": " quote(text) "}"); return }
    fail("cannot read: " text)
}
function add(list, item) { lists[list] = lists[list] (lists[list] == "" ? "" : ",\n    ") item }

function constants_of(text,    n, part, i, pair, value) {
    sub(/^enum \{ */, "", text); sub(/ *\};.*$/, "", text); gsub(/@opt/, "", text)
    n = split(text, part, ",")
    for (i = 1; i <= n; i++) {
        if (trim(part[i]) == "") continue
        if (split(part[i], pair, "=") != 2) fail("constant without a value: " part[i])
        add("constants", "{\"name\": " quote(pair[1]) ", \"value\": " trim(pair[2]) ", \"room\": \"" room "\"}")
        if (mode == "constants") print trim(pair[1]) " " trim(pair[2])
    }
}

function function_of(text,    name, result, inner, n, part, i, item, arguments, optional, argument, type, pointer, word) {
    sub(/^CRM_API /, "", text)
    sub(/\);.*$/, ")", text)
    inner = text; sub(/^[^(]*\(/, "", inner); sub(/\)$/, "", inner)
    sub(/\(.*$/, "", text)
    name = text; sub(/^.*[ *]/, "", name); result = trim(substr(text, 1, length(text) - length(name)))
    if (mode == "names") print name
    if (mode == "prototypes") { item = inner; gsub(/ @opt ?/, "", item); print result " " name "(" trim(item) ");" }
    if (mode == "json" && !(name in since)) { print name " is not in the map" > "/dev/stderr"; failed = 1 }
    n = split(inner, part, ",")
    arguments = ""
    for (i = 1; i <= n; i++) {
        item = part[i]; optional = item ~ /@opt/; gsub(/@opt/, "", item); item = trim(item)
        if (item == "void") continue
        argument = item; sub(/\[[0-9]*\]$/, "", argument); sub(/^.*[ *]/, "", argument)
        type = item; pointer = type ~ /\[[0-9]*\]$/; sub(/\[[0-9]*\]$/, "", type)
        type = trim(substr(type, 1, length(type) - length(argument))) (pointer ? " *" : "")
        arguments = arguments (arguments == "" ? "" : ", ") "{\"name\": " quote(argument) ", \"type\": " quote(type)
        if (optional) arguments = arguments ", \"optional\": true"
        if (type ~ /double|int64_t|int32_t|uint8_t|uint64_t/ && type !~ /\*\*/) {
            word = ((name "." argument) in unit) ? name "." argument : argument
            if (!(word in unit)) { print "no unit for argument " argument " of " name > "/dev/stderr"; failed = 1 }
            arguments = arguments ", \"unit\": " quote(unit[word])
        }
        arguments = arguments "}"
    }
    add("functions", "{\"name\": " quote(name) ", \"room\": \"" room "\", \"returns\": " quote(result) \
        ", \"since\": \"" since[name] "\",\n     \"about\": " quote(comment) ",\n     \"arguments\": [" arguments "]}")
}

END {
    if (trim(pending) != "") { print "unfinished: " pending > "/dev/stderr"; failed = 1 }
    if (failed) exit 1
    if (mode == "json") {
        print "{\n  \"library\": \"crmcore\",\n  \"version\": \"" version "\","
        print "  \"functions\": [\n    " lists["functions"] "\n  ],"
        print "  \"constants\": [\n    " lists["constants"] "\n  ],"
        print "  \"handles\": [\n    " lists["handles"] "\n  ],"
        print "  \"types\": [\n    " lists["types"] "\n  ]\n}"
    }
}

#!/bin/sh
# Runs the bench programs, prints one table and writes $BUILD/bench.json. A figure that misses its limit is
# marked MISS and fails nothing: a time says as much of the machine as of the library.
set -u
BUILD=${BUILD:-build}
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT

for program in "$@"; do
    echo "$program" >&2
    "$program" >>"$lines" || { echo "bench: $program failed" >&2; exit 1; }
done

awk -F '\t' -v json="$BUILD/bench.json" '
function quoted(s) {
    gsub(/\\/, "\\\\", s)
    gsub(/"/, "\\\"", s)
    return "\"" s "\""
}
function number(s) { return s ~ /^[-+]?[0-9][0-9.]*([eE][-+]?[0-9]+)?$/ ? s : "null" }
function limit_json(limit, unit, verdict,    part) {
    if (limit == "-")
        return "\"limit\": null, \"met\": null"
    split(limit, part, " ")
    return "\"limit\": " number(part[2]) ", \"limit_is\": " (part[1] == "<=" ? "\"most\"" : "\"least\"") \
        ", \"limit_unit\": " quoted(unit) ", \"met\": " (verdict == "met" ? "true" : "false")
}
function judged(limit, unit, verdict) {
    return limit == "-" ? "" : verdict "  " limit (unit == "" ? "" : " " unit)
}
function title() {
    if ($2 != program)
        table = table sprintf("\n%-46s %10s %10s %9s %8s  %-8s %s  %s\n", $2, "ns/row", "M rows/s", "seconds", "reading",
            "set", "w", "limit")
    program = $2
}
function count(verdict) {
    misses += verdict == "MISS"
    limits += verdict == "MISS" || verdict == "met"
}
$1 == "bandwidth" {
    set = $3
    one = $4 > one ? $4 : one
    two = $5 > two ? $5 : two
    bandwidth = bandwidth (bandwidth == "" ? "" : ",\n") "    {\"program\": " quoted($2) ", \"one_worker\": " number($4) \
        ", \"two_workers\": " number($5) "}"
}
$1 == "figure" {
    title()
    table = table sprintf("  %-44s %10.2f %10.2f %9.6f %8s  %-8s %s  %s\n", $3, $6, $7 / 1e6, $5,
        $8 == "-" ? "" : sprintf("%.1f x", $8), $12, $13, judged($9, $10, $11))
    count($11)
    figures = figures (figures == "" ? "" : ",\n") "    {\"program\": " quoted($2) ", \"name\": " quoted($3) ", \"rows\": " \
        number($4) ", \"seconds\": " number($5) ", \"ns_per_row\": " number($6) ", \"rows_per_second\": " number($7) \
        ", \"times_reading\": " number($8) ", " limit_json($9, $10, $11) ", \"instruction_set\": " quoted($12) \
        ", \"workers\": " number($13) "}"
}
$1 == "ratio" {
    title()
    table = table sprintf("  %-44s %10.2f %-30s  %-8s %s  %s\n", $3, $4, $5, $8, $9, judged($6, "", $7))
    count($7)
    figures = figures (figures == "" ? "" : ",\n") "    {\"program\": " quoted($2) ", \"name\": " quoted($3) ", \"value\": " \
        number($4) ", \"unit\": " quoted($5) ", " limit_json($6, $5, $7) ", \"instruction_set\": " quoted($8) \
        ", \"workers\": " number($9) "}"
}
END {
    printf "instruction set %s; reading memory: %.1f GB/s by one worker, %.1f GB/s by two (%.2f times)\n", set, one, two,
        (one > 0) ? two / one : 0
    gsub(/ +\n/, "\n", table)
    printf "%s\n%d of %d limits missed\n", table, misses, limits
    printf "{\n  \"instruction_set\": %s,\n  \"read_gb_per_second\": [\n%s\n  ],\n  \"limits\": %d,\n  \"missed\": %d,\n" \
        "  \"figures\": [\n%s\n  ]\n}\n", quoted(set), bandwidth, limits, misses, figures > json
}' "$lines" && echo "written: $BUILD/bench.json"

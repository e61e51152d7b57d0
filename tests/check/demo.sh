# The demo's log is the one that its program makes, and the demo finds the truth behind it again.
set -u
B=${BUILD:-build}
"$B/examples/simulate" | cmp -s - examples/demo.csv || { echo "examples/demo.csv is not what build/examples/simulate prints"; exit 1; }
"$B/examples/demo" examples/demo.csv >"$B/demo.out" || { cat "$B/demo.out"; exit 1; }
printf 'customer,date,amount\n0001,2024-00-17,17.66\n' >"$B/demo.bad"
"$B/examples/demo" "$B/demo.bad" >/dev/null 2>&1; [ $? -eq 2 ] || { echo "the demo takes a month that there is not"; exit 1; }
echo "$(head -n 1 "$B/demo.out"): parameters found again"

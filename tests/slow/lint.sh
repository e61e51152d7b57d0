# make lint: no warning, no page with a fault, no line too long.
set -u
B=${BUILD:-build}
mkdir -p "$B"
make -s lint >"$B/lint.out" 2>&1 || { tail -n 20 "$B/lint.out"; exit 1; }
echo "nothing to say"

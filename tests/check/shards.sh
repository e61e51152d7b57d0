# Processes that exchange blobs and sums through pipes find the fit of the whole: to the bit, and to 1e-12.
set -u
B=${BUILD:-build}
"$B/examples/shards" >"$B/shards.out" || { cat "$B/shards.out"; echo "examples/shards does not find the fit of the whole"; exit 1; }
sed -n 2p "$B/shards.out"

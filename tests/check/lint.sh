# make lint: warnings as errors under every compiler there is, pages, shell scripts that parse, lines not too long.
set -u
bad=0
for cc in gcc clang; do
    command -v $cc >/dev/null || continue
    for f in lib/*/*.c examples/*.c examples/crmvalue/*.c; do $cc $1 -Werror -Iexamples -fsyntax-only "$f" || bad=1; done
done
for page in man/*.[13]; do mandoc -Tlint -W warning "$page" || bad=1; done
for script in tests/*.sh tests/*/*.sh; do sh -n "$script" || bad=1; done
awk 'length($0) > 120 {print FILENAME ":" FNR ": " length($0) " columns"; bad = 1} END {exit bad}' lib/*/*.[ch] include/*.h include/*/*.h examples/*.c examples/*/*.c || bad=1
exit $bad

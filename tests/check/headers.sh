# Every public header compiles alone, as C11, C++11 and C++20, without a warning; private ones as C11.
set -u
bad=0 count=0
W='-Wall -Wextra -Wpedantic -Werror -fsyntax-only'
for h in include/crmcore.h include/crmcore/*.h; do
    ${CC:-cc} -std=c11 $W -Wstrict-prototypes -Iinclude -x c "$h" || bad=1
    for std in c++11 c++20; do ${CXX:-c++} -std=$std $W -Iinclude -x c++ "$h" || bad=1; done
    count=$((count + 1))
done
if [ -f include/crmcore.hpp ]; then
    for std in c++11 c++17 c++20; do ${CXX:-c++} -std=$std $W -Iinclude -x c++ include/crmcore.hpp || bad=1; done
fi
for h in lib/*/*.h; do ${CC:-cc} -std=c11 $W -Iinclude -Ilib -x c "$h" || bad=1; done
[ $bad = 0 ] && echo "$count public headers, each alone as C11, C++11, C++20"
exit $bad

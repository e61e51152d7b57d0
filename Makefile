# libcrmcore. No configure step: `make help` lists what there is to make. Everything built lands in build/.

VERSION := 0.9.0
SONAME := libcrmcore.so.0

BUILD ?= build
DESTDIR ?=
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share/crmcore
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
INSTALL ?= install

# Without a compiler of the user's: cc and c++, or what else there is.
found = $(firstword $(foreach c,$(1),$(shell command -v $(c))) $(1))
ifeq ($(origin CC),default)
CC := $(notdir $(call found,cc gcc clang))
endif
ifeq ($(origin CXX),default)
CXX := $(notdir $(call found,c++ g++ clang++))
endif
AR ?= ar
AWK ?= awk

# What the numbers rest on, then warnings; the user's CPPFLAGS, CFLAGS and LDFLAGS are added, never replaced.
NUMBERS := -std=c11 -O3 -ffp-contract=off -fno-trapping-math -fno-math-errno
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wcast-qual -Wpointer-arith -Wvla -Wdouble-promotion -Wundef
FLAGS := $(NUMBERS) $(WARNINGS) -fvisibility=hidden -fPIC -Iinclude -Ilib -DCRM_I_BUILD -MMD -MP
LIBS := -lm

# CRM_NO_THREADS=1 leaves out the built-in pool, CRM_NO_DISPATCH=1 all but the baseline instruction set.
ifdef CRM_NO_THREADS
FLAGS += -DCRM_NO_THREADS
else
FLAGS += -pthread
LIBS += -pthread
endif
MACHINE := $(shell $(CC) -dumpmachine)
LEVELS := 0
ifneq (,$(filter x86_64%,$(MACHINE)))
ifndef CRM_NO_DISPATCH
LEVELS := 0 1 2
FLAGS += -DCRM_I_DISPATCH
endif
endif
ifneq (,$(filter i386% i486% i586% i686%,$(MACHINE)))
FLAGS += -msse2 -mfpmath=sse
endif
LEVEL_0 :=
LEVEL_1 := -mavx2
LEVEL_2 := -mavx2 -mavx512f -mavx512dq -mavx512bw -mavx512vl -mprefer-vector-width=512

# ---- what there is ----
KERNELS := $(sort $(wildcard lib/*/*_kernel.c))
SOURCES := $(filter-out $(KERNELS),$(sort $(wildcard lib/*/*.c)))
OBJECTS := $(SOURCES:%.c=$(BUILD)/obj/%.o) $(foreach l,$(LEVELS),$(KERNELS:%.c=$(BUILD)/obj/%.isa$(l).o))
ROOM_HEADERS := $(sort $(wildcard include/crmcore/*.h))
HEADERS := include/crmcore.h $(wildcard include/crmcore.hpp) $(ROOM_HEADERS)
TESTS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/*/test_*.c)))
CHECKS := $(filter-out %/lint.sh,$(sort $(wildcard tests/check/*.sh)))
BENCHES := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/bench/bench_*.c)))
EXAMPLES := $(patsubst examples/%.c,$(BUILD)/examples/%,$(sort $(wildcard examples/*.c)))
EXAMPLES_CPP := $(patsubst examples/%.cpp,$(BUILD)/examples/%,$(sort $(wildcard examples/*.cpp)))
CRMVALUE := $(sort $(wildcard examples/crmvalue/*.c))
PAGES := $(sort $(wildcard man/*.[13]))

STATIC := $(BUILD)/libcrmcore.a
SHARED := $(BUILD)/libcrmcore.so.$(VERSION)
JSON := $(BUILD)/crmcore.json

## all: the library, static and shared, and crmcore.json (the default)
all: $(STATIC) $(SHARED) $(JSON)

## examples: the programs in examples/, crmvalue among them
examples: $(EXAMPLES) $(if $(CRMVALUE),$(BUILD)/examples/crmvalue)

## demo: value the customers of a shipped log; needs a compiler and nothing else
demo: $(BUILD)/examples/demo
	$(BUILD)/examples/demo examples/demo.csv

## check: the tests, and the checks of interface, layout and pages
check: need
	@$(MAKE) --no-print-directory check-all
check-all: all examples $(EXAMPLES_CPP) $(TESTS)
	@BUILD='$(BUILD)' CC='$(CC)' CXX='$(CXX)' sh tests/run.sh $(TESTS) $(CHECKS)

need:
	@sh tests/need.sh

## check-ROOM: the tests of one room, e.g. check-model
ROOMS := $(sort $(patsubst tests/%/,%,$(dir $(wildcard tests/*/test_*.c))))
define room_rule
check-$(1): $(filter $(BUILD)/tests/$(1)/%,$(TESTS))
	@for t in $$^; do echo "== $$$$t"; $$$$t || exit 1; done
endef
$(foreach r,$(ROOMS),$(eval $(call room_rule,$(r))))

## bench: speed, against the read bandwidth of the same run; also build/bench.json
bench: $(BENCHES)
	@BUILD='$(BUILD)' sh tests/bench/run.sh $(BENCHES)

## lint: warnings as errors, formatting of the pages, unfinished words
lint:
	@CC='$(CC)' CXX='$(CXX)' sh tests/check/lint.sh '$(filter-out -MMD -MP,$(FLAGS))'

# ---- how it is made ----
# What all was made with. Rewritten only when it changes, and then newer than what was made before.
MADE_WITH := $(CC) $(CPPFLAGS) $(FLAGS) $(CFLAGS) | $(CXX) $(CXXFLAGS) | $(LDFLAGS) $(LIBS)
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(MADE_WITH))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(MADE_WITH))' > $@

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(FLAGS) $(CFLAGS) -c -o $@ $<

define kernel_rule
$$(BUILD)/obj/%.isa$(1).o: %.c $$(BUILD)/flags
	@mkdir -p $$(@D)
	$$(CC) $$(CPPFLAGS) $$(FLAGS) $$(LEVEL_$(1)) -DCRM_I_ISA=$(1) $$(CFLAGS) -c -o $$@ $$<
endef
$(foreach l,$(LEVELS),$(eval $(call kernel_rule,$(l))))

$(STATIC): $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $(OBJECTS)

$(SHARED): $(OBJECTS) lib/crmcore.map $(BUILD)/flags
	$(CC) $(CFLAGS) -shared -Wl,-soname,$(SONAME) -Wl,--version-script=lib/crmcore.map -Wl,-z,defs -Wl,-z,relro \
	    -Wl,-z,now -o $@ $(OBJECTS) $(LDFLAGS) $(LIBS)
	@ln -sf libcrmcore.so.$(VERSION) $(BUILD)/$(SONAME)
	@ln -sf $(SONAME) $(BUILD)/libcrmcore.so

$(JSON): lib/crmcore.awk lib/crmcore.map lib/crmcore.units $(ROOM_HEADERS)
	@mkdir -p $(@D)
	$(AWK) -v mode=json -v version=$(VERSION) -f lib/crmcore.awk lib/crmcore.map lib/crmcore.units $(ROOM_HEADERS) > $@

$(BUILD)/crmcore.pc: crmcore.pc.in FORCE
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	    -e 's|@VERSION@|$(VERSION)|' -e 's|@LIBS@|$(LIBS)|' crmcore.pc.in > $@

$(BUILD)/tests/%: tests/%.c $(STATIC) $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(FLAGS) -Itests $(CFLAGS) -o $@ $< $(STATIC) $(LDFLAGS) $(if $(findstring /test_,$<),-lcmocka) $(LIBS)

$(BUILD)/examples/%: examples/%.c $(STATIC) $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(FLAGS) $(CFLAGS) -o $@ $< $(STATIC) $(LDFLAGS) $(LIBS)

$(BUILD)/examples/%: examples/%.cpp $(STATIC) $(BUILD)/flags
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) -std=c++11 -O2 -Wall -Wextra -Wpedantic -Iinclude -MMD -MP $(CXXFLAGS) -o $@ $< $(STATIC) $(LDFLAGS) $(LIBS)

CRMVALUE_OBJECTS := $(CRMVALUE:%.c=$(BUILD)/obj/%.o)
$(BUILD)/examples/crmvalue: $(CRMVALUE_OBJECTS) $(STATIC) $(BUILD)/flags
	$(CC) $(CFLAGS) -o $@ $(CRMVALUE_OBJECTS) $(STATIC) $(LDFLAGS) $(LIBS)

# ---- where it goes ----
## install: library, headers, pages, crmvalue (DESTDIR, PREFIX, BINDIR, LIBDIR, INCLUDEDIR, MANDIR, DATADIR)
install: all examples $(BUILD)/crmcore.pc
	$(INSTALL) -d '$(DESTDIR)$(LIBDIR)' '$(DESTDIR)$(PKGCONFIGDIR)' '$(DESTDIR)$(INCLUDEDIR)/crmcore' \
	    '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(MANDIR)/man1' '$(DESTDIR)$(MANDIR)/man3' '$(DESTDIR)$(DATADIR)'
	$(INSTALL) -m 644 $(STATIC) '$(DESTDIR)$(LIBDIR)'
	$(INSTALL) -m 755 $(SHARED) '$(DESTDIR)$(LIBDIR)'
	ln -sf libcrmcore.so.$(VERSION) '$(DESTDIR)$(LIBDIR)/$(SONAME)'
	ln -sf $(SONAME) '$(DESTDIR)$(LIBDIR)/libcrmcore.so'
	$(INSTALL) -m 644 $(filter-out $(ROOM_HEADERS),$(HEADERS)) '$(DESTDIR)$(INCLUDEDIR)'
	$(INSTALL) -m 644 $(ROOM_HEADERS) '$(DESTDIR)$(INCLUDEDIR)/crmcore'
	$(INSTALL) -m 644 $(BUILD)/crmcore.pc '$(DESTDIR)$(PKGCONFIGDIR)'
	$(INSTALL) -m 644 $(JSON) '$(DESTDIR)$(DATADIR)'
	$(INSTALL) -m 755 $(BUILD)/examples/crmvalue '$(DESTDIR)$(BINDIR)'
	$(INSTALL) -m 644 $(filter %.1,$(PAGES)) '$(DESTDIR)$(MANDIR)/man1'
	$(INSTALL) -m 644 $(filter %.3,$(PAGES)) '$(DESTDIR)$(MANDIR)/man3'

## uninstall: take away what install put there
uninstall:
	rm -f '$(DESTDIR)$(LIBDIR)/libcrmcore.a' '$(DESTDIR)$(LIBDIR)/libcrmcore.so.$(VERSION)' \
	    '$(DESTDIR)$(LIBDIR)/$(SONAME)' '$(DESTDIR)$(LIBDIR)/libcrmcore.so' '$(DESTDIR)$(PKGCONFIGDIR)/crmcore.pc' \
	    '$(DESTDIR)$(DATADIR)/crmcore.json' '$(DESTDIR)$(BINDIR)/crmvalue' \
	    $(HEADERS:include/%='$(DESTDIR)$(INCLUDEDIR)/%') \
	    $(patsubst man/%,'$(DESTDIR)$(MANDIR)/man1/%',$(filter %.1,$(PAGES))) \
	    $(patsubst man/%,'$(DESTDIR)$(MANDIR)/man3/%',$(filter %.3,$(PAGES)))
	-rmdir '$(DESTDIR)$(INCLUDEDIR)/crmcore' '$(DESTDIR)$(DATADIR)' 2>/dev/null

## clean: remove build/
clean:
	rm -rf $(BUILD)

## help: this list
help:
	@sed -n 's/^## //p' Makefile

FORCE:
.PHONY: all examples demo check check-all need bench lint install uninstall clean help FORCE
.DELETE_ON_ERROR:
-include $(OBJECTS:.o=.d) $(CRMVALUE_OBJECTS:.o=.d) $(TESTS:=.d) $(BENCHES:=.d) $(EXAMPLES:=.d) $(EXAMPLES_CPP:=.d)

# libcrmcore. `make help` lists what this can do.
VERSION_MAJOR = 0
VERSION = 0.9.0
BUILD ?= build

CC ?= cc
AR ?= ar
# The first set is not the user's to change: the results are specified to the bit.
CRM_CFLAGS = -std=c11 -O3 -ffp-contract=off -fno-trapping-math -fno-math-errno -fvisibility=hidden -fPIC \
             -Iinclude -Ilib -DCRM_I_BUILD
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
       -Wmissing-prototypes -Wcast-qual -Wpointer-arith -Wvla -Wdouble-promotion -Wundef
CRM_CFLAGS += $(WARN)
LIBS = -lm
ifndef CRM_NO_THREADS
LIBS += -pthread
CRM_CFLAGS += -pthread
else
CRM_CFLAGS += -DCRM_NO_THREADS
endif

MACHINE := $(shell $(CC) -dumpmachine)
KERNELS := $(wildcard lib/*/*_kernel.c)
SOURCES := $(filter-out $(KERNELS),$(wildcard lib/*/*.c))
LEVELS = 0
ifneq (,$(filter x86_64%,$(MACHINE)))
ifndef CRM_NO_DISPATCH
LEVELS = 0 1 2
CRM_CFLAGS += -DCRM_I_DISPATCH
endif
endif
ISA_0 =
ISA_1 = -mavx2
ISA_2 = -mavx2 -mavx512f -mavx512dq -mavx512bw -mavx512vl -mprefer-vector-width=512

OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(foreach l,$(LEVELS),$(KERNELS:%.c=$(BUILD)/%.isa$(l).o))
TESTS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/*/test_*.c))
EXAMPLES := $(patsubst examples/%.c,$(BUILD)/examples/%,$(wildcard examples/*.c))

all: $(BUILD)/libcrmcore.a

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CRM_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

define kernel_rule
$$(BUILD)/%.isa$(1).o: %.c
	@mkdir -p $$(@D)
	$$(CC) $$(CPPFLAGS) $$(CRM_CFLAGS) $$(ISA_$(1)) -DCRM_I_ISA=$(1) $$(CFLAGS) -MMD -MP -c -o $$@ $$<
endef
$(foreach l,$(LEVELS),$(eval $(call kernel_rule,$(l))))

$(BUILD)/libcrmcore.a: $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $(OBJECTS)

$(BUILD)/tests/%: tests/%.c $(BUILD)/libcrmcore.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CRM_CFLAGS) -Itests $(CFLAGS) -MMD -MP -o $@ $< $(BUILD)/libcrmcore.a $(LDFLAGS) -lcmocka $(LIBS)

ROOMS := $(notdir $(wildcard tests/*))
check: $(TESTS)
	@for t in $(TESTS); do echo "== $$t"; $$t || exit 1; done
define room_rule
check-$(1): $(filter $(BUILD)/tests/$(1)/%,$(TESTS))
	@for t in $$^; do echo "== $$$$t"; $$$$t || exit 1; done
endef
$(foreach r,$(ROOMS),$(eval $(call room_rule,$(r))))

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
.PHONY: all check clean
.DELETE_ON_ERROR:

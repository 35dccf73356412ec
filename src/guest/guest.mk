# Programs that run on the machine: src/guest. They are built by the cross compiler of
# Debian 12 and committed in guests/, so that nobody needs that compiler to use them, and
# everybody has the same bytes:
#
#   make guest         builds guests/*.elf anew; commit them with the change
#   make guest-check   builds them into $(BUILD)/guest and compares byte for byte

GUEST_CC ?= riscv64-unknown-elf-gcc
GUEST_VERSION = 12.2.0
GUEST_OUT ?= guests

# Each program: its sources, and the address of its first instruction; with `fixed` it
# runs only there.
GUEST_PROGRAMS = hypervisor kernel shim

GUEST_SHARED = $(addprefix src/guest/lib/,string.c words.c number.c print.c \
  devicetree.c)
GUEST_SUPERVISOR = $(GUEST_SHARED) $(addprefix src/guest/lib/,sbi.c console.c plic.c)
GUEST_DRIVERS = $(sort $(wildcard src/guest/driver/*.c))

GUEST_BASE_shim = 0x80000000,--defsym=fixed=1
GUEST_SOURCES_shim = $(sort $(wildcard src/guest/boot/*.S src/guest/boot/*.c)) \
  $(GUEST_SHARED) src/guest/lib/sbi.c src/guest/lib/console.c

GUEST_BASE_kernel = 0x80200000,--defsym=fixed=0
GUEST_SOURCES_kernel = $(sort $(wildcard src/guest/kernel/*.S src/guest/kernel/*.c)) \
  $(GUEST_SUPERVISOR) $(GUEST_DRIVERS)

GUEST_BASE_hypervisor = 0x80200000,--defsym=fixed=1
GUEST_SOURCES_hypervisor = $(sort $(wildcard src/guest/hypervisor/*.S \
  src/guest/hypervisor/*.c src/guest/hypervisor/*/*.c)) $(GUEST_SUPERVISOR) $(GUEST_DRIVERS)

# The machine has no floating point. Code finds everything relative to the pc, so a program
# without pointers in its data runs anywhere (see lib/program.ld): a kernel may be given
# memory at another address. Tables of texts that the compiler would make of a switch have
# pointers, too.
GUEST_FLAGS = -std=gnu11 -O2 -g1 -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany \
  -ffreestanding -fpie -fno-common -fno-builtin -fno-tree-loop-distribute-patterns \
  -fno-tree-switch-conversion -fno-asynchronous-unwind-tables -fno-stack-protector \
  -ffunction-sections -fdata-sections -Isrc/guest
GUEST_WARN = $(filter-out -Wpedantic -Wcast-qual,$(WARN)) $(WERROR)
GUEST_LINK = -nostdlib -static -no-pie -Wl,--build-id=none,--gc-sections,--fatal-warnings \
  -Wl,-z,noexecstack,-T,src/guest/lib/program.ld

# The bytes do not depend on where they are built: no path of this machine is in them.
GUEST_PATHS = -fdebug-prefix-map=$(CURDIR)=. -gno-record-gcc-switches \
  -fdebug-prefix-map=$(dir $(shell $(GUEST_CC) -print-libgcc-file-name 2>/dev/null))=gcc/

GUEST_IMAGES = $(GUEST_PROGRAMS:%=$(GUEST_OUT)/%.elf)
GUEST_FILES = $(sort $(shell find src/guest -name '*.[ch]'))

guest_object = $(patsubst %,$(BUILD)/guest/%.o,$(basename $(1)))
GUEST_OBJECTS = $(sort $(foreach program,$(GUEST_PROGRAMS), \
  $(call guest_object,$(GUEST_SOURCES_$(program)))))

## guest: the programs of src/guest, into guests/
guest: $(GUEST_IMAGES)

## guest-check: are the programs in guests/ what src/guest gives?
guest-check:
	@scripts/guest-check '$(GUEST_CC)' $(GUEST_VERSION) $(BUILD)/guest $(GUEST_PROGRAMS)

$(BUILD)/guest/%.o: %.c $(BUILD)/guest/flags
	@mkdir -p $(@D)
	@echo '  GUEST $<'
	$(Q)$(GUEST_CC) $(GUEST_FLAGS) -include src/guest/lib/hidden.h $(GUEST_PATHS) $(GUEST_WARN) -MMD -MP -c -o $@ $<

# (`la` is relative to the pc without -fpie; with it, it would ask a table.)
$(BUILD)/guest/%.o: %.S $(BUILD)/guest/flags
	@mkdir -p $(@D)
	@echo '  GUEST $<'
	$(Q)$(GUEST_CC) $(GUEST_FLAGS) -fno-pic $(GUEST_PATHS) -MMD -MP -c -o $@ $<

$(BUILD)/guest/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(GUEST_CC) $(GUEST_FLAGS) $(GUEST_LINK)' | cmp -s - $@ || \
	  echo '$(GUEST_CC) $(GUEST_FLAGS) $(GUEST_LINK)' >$@

define guest_program
$(GUEST_OUT)/$(1).elf: $(call guest_object,$(GUEST_SOURCES_$(1))) src/guest/lib/program.ld
	@mkdir -p $$(@D)
	@echo '  GUEST $$@'
	$$(Q)$$(GUEST_CC) $$(GUEST_FLAGS) $$(GUEST_LINK) -Wl,--defsym=base=$(GUEST_BASE_$(1)) \
	  -o $$@ $$(filter %.o,$$^) && chmod a-x $$@
endef
$(foreach program,$(GUEST_PROGRAMS),$(eval $(call guest_program,$(program))))

# clang-tidy sees them as the cross compiler does.
GUEST_TIDY = --target=riscv64-unknown-elf -march=rv64imac -mabi=lp64 -ffreestanding \
  -std=gnu11 -Isrc/guest -Wno-unknown-warning-option

tidy: $(patsubst %.c,$(BUILD)/tidy/%.ok,$(filter %.c,$(GUEST_FILES)))

$(BUILD)/tidy/src/guest/%.ok: src/guest/%.c .clang-tidy $(GUEST_FILES)
	@mkdir -p $(@D)
	@$(CLANG_TIDY) --quiet --warnings-as-errors='*' $< -- -x c $(GUEST_TIDY) 2>$@.err || \
	  { grep -v "warnings generated" $@.err; exit 1; }
	@touch $@

# Parts of them that tests try out on the host.
GUEST_TRIED = lib/devicetree.c lib/print.c lib/words.c lib/number.c kernel/pattern.c \
  kernel/arguments.c
GUEST_ON_HOST = $(GUEST_TRIED:%.c=$(BUILD)/src/guest/%.o)
$(foreach file,$(GUEST_TRIED),$(eval FLAGS_src/guest/$(file) = -Isrc/guest))
FLAGS_tests/unit/guest_lib.c = -Isrc/guest
FLAGS_tests/fuzz/fuzz_guest.c = -Isrc/guest

-include $(GUEST_OBJECTS:.o=.d) $(GUEST_ON_HOST:.o=.d)
.PHONY: guest guest-check

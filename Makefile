# Ringside. `make help` lists what can be made.
#
# Another compiler or other flags belong in another folder, so that both stay built:
#   make BUILD=build/asan CC=clang OPT='-Og -g -fsanitize=address,undefined'

ifeq ($(origin CC),default)
CC := gcc
endif
BUILD ?= build
OPT ?= -O2 -g
WERROR ?=
PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 300
JOBS ?= 2
CLANG ?= clang
CLANG_FORMAT ?= $(firstword $(shell command -v clang-format-14 clang-format))
CLANG_TIDY ?= clang-tidy
CPPCHECK ?= cppcheck

# V=1 shows the commands.
Q := $(if $(V),,@)

# --- flags -----------------------------------------------------------------------

PACKAGES = libelf libdw lua5.4 ncursesw readline sqlite3 libxxhash jansson
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
  -Wmissing-prototypes -Wold-style-definition -Wundef -Wvla -Wformat=2 -Wwrite-strings \
  -Wcast-qual -Wpointer-arith -Wimplicit-fallthrough -Wswitch-enum -fno-common

# Others' headers are system headers: our warnings are for our own code.
PACKAGE_CFLAGS := $(shell { pkg-config --cflags $(PACKAGES); pkg-config --cflags check; } \
  2>/dev/null | sed 's/-I/-isystem /g; s/-D_[A-Z_]*SOURCE[^ ]*//g')
PACKAGE_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lfdt
CHECK_LIBS := $(shell pkg-config --libs check 2>/dev/null)

# CPPFLAGS, CFLAGS, LDFLAGS and LDLIBS are left to whoever builds; they come last.
OUR_CPPFLAGS = -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -Isrc -I.
OUR_CFLAGS = -std=c11 $(OPT) $(WARN) $(WERROR) $(PACKAGE_CFLAGS)
COMPILE = $(CC) $(OUR_CPPFLAGS) $(OUR_CFLAGS) $(FLAGS_$<) $(CPPFLAGS) $(CFLAGS)
LINK = $(CC) $(OUR_CFLAGS) $(CFLAGS) $(LDFLAGS)
LIBS = -Wl,--as-needed $(PACKAGE_LIBS) $(LDLIBS)

# Flags of one file: FLAGS_path/to/file.c. The fast loop jumps from handler to handler;
# gcc must not merge those jumps back into one.
ifneq ($(shell $(CC) -dM -E -x c /dev/null 2>/dev/null | grep -c __clang__),1)
FLAGS_src/machine/hart/fast.c = -fno-gcse -fno-crossjumping
endif

# --- what there is ---------------------------------------------------------------

SOURCES := $(sort $(shell find src -name '*.c' -not -path 'src/guest/*'))
HEADERS := $(sort $(shell find src tests -name '*.h' -not -path 'src/guest/*'))
OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out src/main.c,$(SOURCES)))

# Every file of these folders is one test program.
TESTS := $(sort $(wildcard tests/unit/*.c tests/machine/*.c tests/replay/*.c \
  tests/screens/*.c))
TEST_LIB := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/lib/*.c)))
TEST_PROGRAMS := $(TESTS:%.c=$(BUILD)/%)
DIFFERENTIAL := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/differential/*.c)))
FUZZ_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
BENCH_ELFS := $(shell awk '/^[a-z]/ { print "$(BUILD)/bench/" $$1 ".elf" }' tests/bench/programs)
C_FILES := $(SOURCES) $(sort $(shell find tests -name '*.c'))

PROGRAM := $(if $(wildcard src/main.c),$(BUILD)/ringside)

# The extension for SQLite: a few files of their own kind of object.
EXTENSION_PARTS = observe/record/extension observe/record/insn_table observe/record/chunk \
  observe/record/schema event/event base/alloc base/buf base/err
EXTENSION_OBJECTS = $(EXTENSION_PARTS:%=$(BUILD)/extension/src/%.o)

## all: the program, build/ringside (what `make` alone does)
all: $(BUILD)/ringside

$(BUILD)/ringside: $(BUILD)/src/main.o $(BUILD)/libringside.a
	@echo '  LINK $@'
	$(Q)$(LINK) -o $@ $^ $(LIBS)

## extension: build/ringside_sqlite.so, a recording's instructions for the program sqlite3
extension: $(BUILD)/ringside_sqlite.so

$(BUILD)/ringside_sqlite.so: $(EXTENSION_OBJECTS)
	@echo '  LINK $@'
	$(Q)$(LINK) -shared -o $@ $^ -lxxhash

$(BUILD)/extension/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -DRINGSIDE_EXTENSION -fPIC -fvisibility=default -MMD -MP -c -o $@ $<

$(BUILD)/libringside.a: $(OBJECTS) $(BUILD)/objects
	@rm -f $@
	$(Q)ar rcs $@ $(OBJECTS)

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo '  CC   $<'
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

# Both change only when what they hold does: other flags, or a file that came or went.
$(BUILD)/flags: FORCE | tools
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(COMPILE) $(LINK) $(LIBS))' | cmp -s - $@ || \
	  echo '$(subst ','\'',$(COMPILE) $(LINK) $(LIBS))' >$@
$(BUILD)/objects: FORCE
	@mkdir -p $(@D)
	@echo '$(OBJECTS)' | cmp -s - $@ || echo '$(OBJECTS)' >$@

# It joins the commands that there are.
$(BUILD)/src/main.o: $(BUILD)/objects

tools:
	@pkg-config --exists $(PACKAGES) || \
	  { echo "make: libraries are missing: run scripts/setup" >&2; exit 1; }

# --- programs of the machine -----------------------------------------------------

include src/guest/guest.mk

# --- tests -----------------------------------------------------------------------

$(TEST_PROGRAMS): $(BUILD)/%: $(BUILD)/%.o $(TEST_LIB) $(BUILD)/libringside.a
	@echo '  LINK $@'
	$(Q)$(LINK) $(STRESS_WRAP) -o $@ $^ $(CHECK_LIBS) $(LIBS)

# Runs of tests come by tests/lib/stress.c.
STRESS_WRAP = -Wl,--wrap=run_go -Wl,--wrap=run_step

# Prerequisites that are linked, too.
$(addprefix $(BUILD)/tests/unit/,differential sifive_u virtio_qemu): $(DIFFERENTIAL)
$(BUILD)/tests/unit/guest $(BUILD)/tests/unit/guest_lib $(BUILD)/tests/unit/malice $(BUILD)/tests/fuzz/fuzz_guest: $(GUEST_ON_HOST)

tests: $(TEST_PROGRAMS) $(PROGRAM) $(BUILD)/ringside_sqlite.so

## check: builds and runs the tests
check: tests
	@RINGSIDE=$(BUILD)/ringside scripts/run-tests -j $(JOBS) $(TEST_PROGRAMS)

## check-all: the tests, with the long form of those that sample
check-all: tests
	@RINGSIDE=$(BUILD)/ringside RINGSIDE_LONG=1 TEST_SECONDS=7200 scripts/run-tests -j $(JOBS) $(TEST_PROGRAMS)

# Tests that run machines, and those of devices with much state; not fault and
# determinism, which would take minutes. Each fails if nothing was saved and restored.
STRESSED = aclint ata board boot dma hypervisor_fences hypervisor_interrupts iommu \
  iommu_dma plic run stream two_loops two_loops_machine uart virtio_blk virtio_mmio \
  virtio_queue walk
STRESS ?= 7

## check-stress: tests of the machine, which is saved and restored every STRESS steps
check-stress: $(STRESSED:%=$(BUILD)/tests/unit/%)
	@RINGSIDE_STRESS=$(STRESS) scripts/run-tests -j $(JOBS) $^

## check-asan: the tests, built by clang with the address and undefined-behaviour sanitizers
check-asan:
	@$(MAKE) --no-print-directory check BUILD=build/asan CC=$(CLANG) \
	  OPT='-Og -g -fsanitize=address,undefined -fno-sanitize-recover=all'

FUZZ_FLAGS = -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

$(FUZZ_PROGRAMS): $(BUILD)/%: $(BUILD)/%.o $(TEST_LIB) $(BUILD)/libringside.a
	@echo '  LINK $@'
	$(Q)$(LINK) $(STRESS_WRAP) -fsanitize=fuzzer -o $@ $^ $(CHECK_LIBS) $(LIBS)

fuzz-programs: $(FUZZ_PROGRAMS)

## fuzz: every fuzz target for FUZZ_SECONDS (300) each
fuzz:
	@$(MAKE) --no-print-directory fuzz-programs BUILD=build/fuzz CC=$(CLANG) OPT='$(FUZZ_FLAGS)'
	@scripts/fuzz -s $(FUZZ_SECONDS) -j $(JOBS) build/fuzz

## bench: speed, paired with QEMU in the same run; see tests/bench/README.md
bench: $(PROGRAM) $(BENCH_ELFS) $(BUILD)/bench/measure $(BUILD)/bench/travel $(BUILD)/bench/screen
	@tests/bench/run $(BUILD)

bench-elfs: $(BENCH_ELFS)

# ASSEMBLER=gnu has them assembled by GNU as.
ASSEMBLER ?= $(BUILD)/ringside
$(BUILD)/bench/%.elf: $(wildcard tests/bench/*.s) tests/bench/assemble tests/bench/programs $(PROGRAM)
	@mkdir -p $(@D)
	$(Q)tests/bench/assemble $(ASSEMBLER) $* $@

$(BUILD)/bench/travel: $(BUILD)/tests/bench/travel.o $(BUILD)/libringside.a
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $^ $(LIBS)

$(BUILD)/bench/screen: $(BUILD)/tests/bench/screen.o $(BUILD)/libringside.a
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $^ $(LIBS)

$(BUILD)/bench/measure: $(BUILD)/tests/bench/measure.o
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $^

## golden: rewrites the expected screens and tables from what is now; review the diff
golden: tests
	@RINGSIDE=$(BUILD)/ringside RINGSIDE_GOLDEN=1 scripts/run-tests -j 1 $(TEST_PROGRAMS)
	@scripts/docs $(BUILD)/ringside

# --- checks of the code ----------------------------------------------------------

## lint: every check of the code itself: layers, headers, format, tidy, cppcheck, sizes
lint: layers headers format tidy cppcheck sizes

## layers: who includes whom (src/LAYERS), and what the model takes from the host
layers: $(OBJECTS) $(PROGRAM)
	@scripts/layers src $(BUILD)
	@scripts/layers src/guest

## headers: each header compiles alone
headers: $(HEADERS:%.h=$(BUILD)/headers/%.ok)

$(BUILD)/headers/%.ok: %.h $(BUILD)/flags
	@mkdir -p $(@D)
	@printf '#include "%s"\nextern int not_empty;\n' '$(<:src/%=%)' | \
	  $(COMPILE) -MMD -MP -MF $@.d -MT $@ -fsyntax-only -x c - && touch $@

## format: is every file as clang-format 14 has it? (make reformat makes it so)
format:
	@scripts/format $(CLANG_FORMAT) --dry-run $(C_FILES) $(HEADERS) $(GUEST_FILES)

reformat:
	@scripts/format $(CLANG_FORMAT) -i $(C_FILES) $(HEADERS) $(GUEST_FILES)

## tidy: clang-tidy with the checks of .clang-tidy
tidy: $(C_FILES:%.c=$(BUILD)/tidy/%.ok)

$(BUILD)/tidy/%.ok: %.c .clang-tidy $(BUILD)/flags
	@mkdir -p $(@D)
	@$(CLANG_TIDY) --quiet --warnings-as-errors='*' $< -- -x c $(OUR_CPPFLAGS) -std=c11 \
	  $(filter -I%,$(FLAGS_$<)) $(PACKAGE_CFLAGS) -Wno-unknown-warning-option 2>$@.err || { grep -v "warnings generated" $@.err; exit 1; }
	@$(CLANG) $(OUR_CPPFLAGS) $(filter -I%,$(FLAGS_$<)) $(PACKAGE_CFLAGS) -MM -MP -MT $@ -MF $@.d $<
	@touch $@

## cppcheck: warnings and portability
cppcheck:
	@mkdir -p $(BUILD)/cppcheck
	@$(CPPCHECK) --quiet --std=c11 --language=c --enable=warning,portability -j $(JOBS) \
	  --inline-suppr --error-exitcode=1 --suppressions-list=tests/cppcheck.txt \
	  --cppcheck-build-dir=$(BUILD)/cppcheck -Isrc -I. -D_XOPEN_SOURCE=700 $(SOURCES)

## sizes: lengths of files and functions, share of comments; include cycles fail
sizes:
	@scripts/sizes src
	@echo 'programs of the machine:'
	@scripts/sizes src/guest

# --- installing, and the rest ----------------------------------------------------

## docs: the parts of docs/ that are made from the program's own tables
docs: $(PROGRAM)
	@scripts/docs $(BUILD)/ringside

## install: into PREFIX (/usr/local), below DESTDIR
install: all
	scripts/install $(BUILD)/ringside '$(DESTDIR)$(PREFIX)'

uninstall:
	rm -rf '$(DESTDIR)$(PREFIX)/bin/ringside' '$(DESTDIR)$(PREFIX)/share/ringside' \
	  '$(DESTDIR)$(PREFIX)/share/doc/ringside' '$(DESTDIR)$(PREFIX)/share/man/man1/ringside.1'

clean:
	rm -rf $(BUILD)

## help: this list
help:
	@sed -n 's/^## \([a-z-]*\): /  make \1	/p' Makefile src/guest/guest.mk | expand -t 20

-include $(EXTENSION_OBJECTS:.o=.d)
-include $(C_FILES:%.c=$(BUILD)/%.d) $(HEADERS:%.h=$(BUILD)/headers/%.ok.d) \
  $(C_FILES:%.c=$(BUILD)/tidy/%.ok.d)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all extension tools tests check check-all check-stress check-asan fuzz fuzz-programs bench bench-elfs \
  golden lint layers headers format reformat tidy cppcheck sizes docs install uninstall \
  clean help FORCE

# Ringside. `make help` lists what can be made.
CC ?= gcc
BUILD ?= build
OPT ?= -O2 -g
WERROR ?=
PREFIX ?= /usr/local

PACKAGES = libelf libdw lua5.4 ncursesw readline sqlite3 libxxhash jansson
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
  -Wmissing-prototypes -Wold-style-definition -Wundef -Wvla -Wformat=2 -Wwrite-strings \
  -Wcast-qual -Wpointer-arith -Wimplicit-fallthrough -Wswitch-enum -fno-common
CPPFLAGS += -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -Isrc -I.
CFLAGS += -std=c11 $(OPT) $(WARN) $(WERROR) $(shell pkg-config --cflags $(PACKAGES) | sed 's/-I/-isystem /g')
LDLIBS += $(shell pkg-config --libs $(PACKAGES)) -lfdt

SOURCES := $(sort $(shell find src -name '*.c' -not -path 'src/guest/*'))
OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(filter-out src/main.c,$(SOURCES)))
TESTS := $(sort $(wildcard tests/unit/*.c))

all: $(BUILD)/ringside

$(BUILD)/ringside: $(BUILD)/src/main.o $(BUILD)/libringside.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/libringside.a: $(OBJECTS)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/unit/%: tests/unit/%.c $(BUILD)/libringside.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< $(BUILD)/libringside.a $(shell pkg-config --cflags --libs check) $(LDLIBS)

check: $(patsubst %.c,$(BUILD)/%,$(TESTS))
	@for t in $^; do $$t || exit 1; done

-include $(OBJECTS:.o=.d) $(BUILD)/src/main.d
.PHONY: all check

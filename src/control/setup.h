#ifndef CONTROL_SETUP_H
#define CONTROL_SETUP_H

#include "base/buf.h"
#include "control/scenario.h"
#include "event/event.h"
#include "image/image.h"
#include "machine/board/board_desc.h"
#include "machine/hart/hart.h"

/*
 * What one run begins with: the description that a scenario's setup function gives, read
 * and put together. But for its callbacks it needs no Lua any more.
 */
struct callbacks;

enum {
    SETUP_DISKS = 8,
    SETUP_PROGRAMS = 16,
    SETUP_SOURCES = 96,
    SETUP_RANGES = HART_PAYLOAD_RANGES,
    SETUP_REGIONS = 32,
    SETUP_NOTES = 64,
    SETUP_CONDITIONS = 4,
    SETUP_NAME = 64
};

/* An address as a scenario gives it: a number, or a symbol as "buffer+8". */
struct place {
    char text[SETUP_NAME]; /* empty: a number */
    uint64_t address;
};

/* What a scenario gives as a text of bytes, or as a file. */
struct setup_file {
    uint8_t *bytes; /* NULL: none */
    size_t size;
    char *path; /* NULL: no file */
};

/* What is put into a disk. */
struct setup_disk {
    char device[BOARD_NAME];
    struct setup_file file;
};

/* A name for a part of memory, for checks and views. */
struct setup_region {
    char name[SETUP_NAME];
    struct place place;
    uint64_t size;
};

/* A sentence that the narration adds to an event: when these fields have these values. */
struct setup_note {
    enum event_kind kind;
    unsigned conditions;
    struct {
        const struct event_field *field;
        uint64_t value;
    } condition[SETUP_CONDITIONS];
    char *say;
};

/* How a run is expected to end. */
enum setup_end { END_FINISHED, END_NOTHING, END_LIMIT };

struct setup {
    struct board_desc board;
    unsigned disks, ranges, regions, notes;
    unsigned placed; /* so many regions have their address: names refer to these */
    struct setup_disk disk[SETUP_DISKS];
    struct image image; /* all programs together */
    struct lines lines; /* of those that were assembled */
    struct source_text {
        char *file, *text; /* what `lines` refers to */
    } source[SETUP_SOURCES];
    unsigned sources;
    char *elf[SETUP_PROGRAMS]; /* paths of programs whose lines are not read yet */
    unsigned elfs;
    char *bootargs; /* in the device tree; NULL: none */
    struct setup_file initrd;
    struct symbols guest_symbols; /* of an initrd that is a program */
    struct lines guest_lines;     /* the same */
    bool has_entry, has_window, has_work;
    bool window_marked; /* the window is from MARK_WORK_BEGIN to MARK_WORK_END */
    bool has_alone;     /* the scenario says how the second job runs alone */
    struct place entry, from, to, work;
    struct {
        struct place from, to;
    } range[SETUP_RANGES];
    struct setup_region region[SETUP_REGIONS];
    struct setup_note note[SETUP_NOTES];
    struct callbacks *callbacks; /* NULL: none; trial_end frees them */
    enum setup_end end;
    uint64_t cycles;        /* the run's limit */
    struct buf diagnostics; /* of the assembler, if that is what failed */
};

void setup_release(struct setup *setup);

/* Reads "symbol", "symbol+8", "0x80000000"; regions count as symbols. */
bool setup_address(const struct setup *setup, const char *text, uint64_t *address,
                   struct err *err);

/* The same as the other names of an expression (struct expr_scope). */
bool setup_name(void *setup, const char *name, uint64_t *value);

#endif

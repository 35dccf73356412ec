#ifndef FACE_TUI_STAGE_PARTS_H
#define FACE_TUI_STAGE_PARTS_H

#include "face/tui/canvas/theme.h"
#include "face/tui/watch/text.h"

/*
 * What stands inside the boxes of the stage: for each kind of device its title, its
 * widths, and lines in order of importance.
 */
enum { PART_LINES = 8, PART_WIDTH = 64, PART_THING = 24 };

struct part_line {
    char text[PART_WIDTH];
    char owners[4]; /* letters at the right end, "" for none */
    enum role role;
    bool touched;           /* the transaction goes here */
    char thing[PART_THING]; /* what the line is of: an address; "": the part */
};

struct part_text {
    unsigned lines;
    char note[12]; /* at the right of the title where the address does not fit */
    struct part_line line[PART_LINES];
};

/* How wide a box is drawn. */
enum part_size { PART_CHIP, PART_BRIEF, PART_FULL };

struct part_form {
    const char *type; /* of a device_type; NULL: any other */
    const char *title, *brief;
    int cols[PART_FULL + 1]; /* of its box, by size */
    int rank;                /* the lower, the longer it stays on a small screen */
    int lines;               /* that it makes use of */
    /* `width` is of the inside. */
    void (*fill)(const struct watch *watch, const struct device *device, int width,
                 struct part_text *text);
};

/* The title of its box of that width: its kind, or its name where there are several. */
const char *part_title(const struct watch *watch, const struct device *device,
                       int width);

/* How a device, or with NULL RAM, is drawn. */
const struct part_form *part_form(const struct device *device);

/* Lines that RAM can fill. */
int part_ram_lines(const struct watch *watch);

/* RAM: its named parts, how much of each was written, and by whom. `width` and
 * `rows` are of the inside. Where there are more parts than rows, the last row is the
 * one that is used now. */
void part_ram(const struct watch *watch, int width, int rows, struct part_text *text);

/* How much of a place that is small enough to be counted was written, in percent; -1: it
 * is not counted. */
struct ram_place;
int part_ram_percent(const struct watch *watch, const struct ram_place *place);

/* The DMA channel to tell of: that of the event that is shown, else one that works. */
unsigned part_channel(const struct watch *watch);

/* --- for the files of parts ------------------------------------------------------------ */

/* Adds a line; NULL: there are enough. */
struct part_line *part_add(struct part_text *text, enum role role, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* In two lines, broken at a blank, if one is too short. */
void part_add_words(struct part_text *text, enum role role, int width,
                    const char *words);

void part_fill_dma(const struct watch *watch, const struct device *device, int width,
                   struct part_text *text);
void part_fill_ata(const struct watch *watch, const struct device *device, int width,
                   struct part_text *text);
void part_fill_virtio(const struct watch *watch, const struct device *device, int width,
                      struct part_text *text);
void part_fill_stream(const struct watch *watch, const struct device *device, int width,
                      struct part_text *text);
void part_fill_iommu(const struct watch *watch, const struct device *device, int width,
                     struct part_text *text);
void part_fill_plic(const struct watch *watch, const struct device *device, int width,
                    struct part_text *text);
void part_fill_aclint(const struct watch *watch, const struct device *device, int width,
                      struct part_text *text);
void part_fill_uart(const struct watch *watch, const struct device *device, int width,
                    struct part_text *text);
void part_fill_other(const struct watch *watch, const struct device *device, int width,
                     struct part_text *text);

#endif

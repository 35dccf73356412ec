#ifndef FACE_TUI_STAGE_PARTS_H
#define FACE_TUI_STAGE_PARTS_H

#include "face/tui/canvas/theme.h"
#include "face/tui/watch/text.h"

/*
 * What stands inside the boxes of the stage: for each kind of device its title, its
 * widths, and up to five lines in order of importance.
 */
enum { PART_LINES = 6, PART_WIDTH = 48 };

struct part_line {
    char text[PART_WIDTH];
    char owners[4]; /* letters at the right end, "" for none */
    enum role role;
    bool touched; /* the transaction goes here */
};

struct part_text {
    unsigned lines;
    char note[12]; /* at the right of the title where the address does not fit */
    struct part_line line[PART_LINES];
};

struct part_form {
    const char *type; /* of a device_type; NULL: any other */
    const char *title, *brief;
    int full, narrow; /* columns of its box */
    int rank;         /* the lower, the longer it stays on a small screen */
    /* `width` is of the inside. */
    void (*fill)(const struct watch *watch, const struct device *device, int width,
                 struct part_text *text);
};

/* The title of its box of that width: its kind, or its name where there are several. */
const char *part_title(const struct watch *watch, const struct device *device,
                       int width);

/* How a device is drawn. */
const struct part_form *part_form(const struct device *device);

/* RAM: its named parts, how much of each was written, and by whom. `width` and
 * `rows` are of the inside. Where there are more parts than rows, the last row is the
 * one that is used now. */
void part_ram(const struct watch *watch, int width, int rows, struct part_text *text);

/* The DMA channel to tell of: that of the event that is shown, else one that works. */
unsigned part_channel(const struct watch *watch);

#endif

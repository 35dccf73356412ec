#ifndef FACE_TUI_VIEWER_LAYOUTS_H
#define FACE_TUI_VIEWER_LAYOUTS_H

#include "base/err.h"

#include <stdbool.h>

/*
 * Layouts that the user has saved: lines "NAME TEXT" of a file, `layouts`, in the state
 * folder (control/state_folder.h).
 */
enum { LAYOUTS_SAVED = 16, LAYOUTS_NAME = 32, LAYOUTS_TEXT = 480 };

struct layouts {
    unsigned count;
    struct saved_layout {
        char name[LAYOUTS_NAME], text[LAYOUTS_TEXT];
    } saved[LAYOUTS_SAVED];
};

/* None, where there is no file. */
struct layouts layouts_read(void);

/* The text of the one with that name; NULL: there is none. */
const char *layouts_find(const struct layouts *layouts, const char *name);

/* Keeps one, instead of what had its name. */
bool layouts_save(const char *name, const char *text, struct err *err);

#endif

#ifndef FACE_TUI_SCREEN_HELP_H
#define FACE_TUI_SCREEN_HELP_H

#include "base/buf.h"

/* The keys and what they do, a line a key. */
void help_keys(struct buf *out);

#endif

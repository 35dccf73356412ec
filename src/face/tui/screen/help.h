#ifndef FACE_TUI_SCREEN_HELP_H
#define FACE_TUI_SCREEN_HELP_H

#include "face/tui/screen/screen.h"

/* The keys and what they do, by what they are for, those that do nothing now with the
 * reason; then the chosen pane, and what the signs mean. */
void help_keys(struct buf *out, const struct screen *screen);

#endif

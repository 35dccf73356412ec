#ifndef FACE_TUI_PICTURE_CAST_H
#define FACE_TUI_PICTURE_CAST_H

#include "face/tui/picture/picture.h"

/*
 * A cast: what was on the screen, and when, as asciicast version 2 has it (a line of JSON
 * for the header, a line an event), for asciinema and others to play. The time is that of
 * whoever looked, in milliseconds from the first frame.
 */
struct cast;

/* NULL: the file cannot be written. */
struct cast *cast_open(const char *file, struct err *err);

/* A frame that was shown then; nothing is written if nothing has changed. */
void cast_frame(struct cast *cast, const struct canvas *canvas, enum theme theme,
                uint64_t ms);

/* False with the reason: not all of it could be written. NULL is allowed. */
bool cast_close(struct cast *cast, struct err *err);

#endif

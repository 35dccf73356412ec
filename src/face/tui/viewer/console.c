/* Typing to the UART: each key is an entry of the journal, as the command `type` makes it. */
#include "face/tui/viewer/viewer.h"
#include "face/tui/watch/peek.h"

#include <stdio.h>

enum { LEAVES = KEY_CONTROL(']') };

/* The byte that a terminal would send; -1: none. */
static int byte_of(int code)
{
    if (code == KEY_CODE_BACKSPACE)
        return 0x7f;
    return code >= 0 && code < 0x80 ? code : -1;
}

void viewer_type(struct viewer *viewer, int code)
{
    struct session *session = viewer->session;
    const struct device *uart = watch_device(viewer->watch, "uart", 0);
    struct spot from = viewer_place(viewer);
    const char *kept = NULL;
    struct err err = {{0}};
    uint8_t byte;

    if (code == LEAVES || !uart) {
        viewer->screen.typing = false;
        return;
    }
    if (byte_of(code) < 0)
        return;
    byte = (uint8_t)byte_of(code);
    if (session->still)
        viewer_notice(viewer, session->still);
    else if (!timeline_type(session->time, viewer->watch->board->index, uart->index,
                            &byte, 1, NULL, &kept, &err))
        viewer_notice(viewer, err.text);
    else if (kept)
        snprintf(viewer->screen.notice, sizeof(viewer->screen.notice),
                 "this cut the future off; it is kept as branch %s", kept);
    viewer_moved(viewer, &from);
}

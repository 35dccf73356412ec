/* Commands that make pictures of the screen: screenshot, cast. */
#include "face/tui/viewer/picture_rows.h"

#include "face/tui/viewer/rows.h"
#include "face/tui/viewer/viewer.h"

#include <stdio.h>

static struct viewer *viewer_of(const struct call *call)
{
    return session_extra(call->session, viewer_key);
}

/* Of the screen without the prompt that the command was typed at. */
static bool run_screenshot(struct call *call, struct err *err)
{
    struct viewer *viewer = viewer_of(call);
    int rows = viewer->rows, cols = viewer->cols;
    struct screen *screen = &viewer->screen;
    struct panes before = screen->panes; /* another size may lay them out anew */
    int room = screen->sheet.room;
    struct canvas *canvas;
    bool written;

    if (call->given[1].is_given &&
        (sscanf(call->given[1].text, "%dx%d", &cols, &rows) != 2 || rows < 1 ||
         cols < 1 || rows > 500 || cols > 500))
        return err_set(err, "'%s': a size is COLUMNSxROWS, as 120x36",
                       call->given[1].text);
    canvas = canvas_new(rows ? rows : 24, cols ? cols : 80, TIER_UTF8);
    rows = viewer->rows;
    cols = viewer->cols;
    viewer_draw(viewer, canvas);
    panes_restore(&screen->panes, &before);
    screen->sheet.room = room;
    viewer->rows = rows;
    viewer->cols = cols;
    written = picture_write(canvas, viewer->theme, call->given[0].text, err);
    canvas_free(canvas);
    if (written)
        reply_say(call->reply, "The screen is in %s.", call->given[0].text);
    return written;
}

static bool run_cast(struct call *call, struct err *err)
{
    struct viewer *viewer = viewer_of(call);
    bool before = viewer->cast != NULL;

    if (!viewer_end_cast(viewer, err))
        return false;
    if (!call->given[0].is_given) {
        reply_say(call->reply, before ? "The cast is over." : "No cast is being made.");
        return true;
    }
    viewer->cast = cast_open(call->given[0].text, err);
    if (viewer->cast)
        reply_say(call->reply, "What the screen shows goes to %s, until `cast` alone.",
                  call->given[0].text);
    return viewer->cast != NULL;
}

static bool run_mouse(struct call *call, struct err *err)
{
    (void)err;
    viewer_of(call)->mouse = call->given[0].value == 0;
    return true;
}

const struct command picture_commands[] = {
    {
        .name = "screenshot",
        .arguments = {{.type = ARG_FILE, .name = "FILE.txt|.svg|.html"},
                      {.type = ARG_WORD, .name = "COLUMNSxROWS", .optional = true}},
        .summary = "write what the screen shows to a file",
        .help =
            "As text, as a drawing (SVG), or as a page (HTML), by how the name of the "
            "file ends; in the colours of the theme. Another size than the screen's "
            "is drawn anew.\n"
            "\n"
            "  screenshot dma.svg\n"
            "  screenshot dma.txt 120x36",
        .group = "screen",
        .run = run_screenshot,
    },
    {
        .name = "cast",
        .arguments = {{.type = ARG_FILE, .name = "FILE", .optional = true}},
        .summary = "record what the screen shows, to be played again",
        .help = "Writes an asciicast (version 2), which asciinema and web pages play. "
                "Alone it ends the cast.\n"
                "\n"
                "  cast lecture.cast\n"
                "  cast",
        .group = "screen",
        .run = run_cast,
    },
    {
        .name = "mouse",
        .arguments = {{.type = ARG_CHOICE, .name = "on|off", .choices = "on off"}},
        .summary = "let the mouse point, ask, scroll and scrub, or leave it alone",
        .help =
            "On: a click puts the cursor on what is there, a click on a lane of time "
            "goes to that cycle, the wheel scrolls. Off, as at the beginning, the "
            "terminal selects text with it.\n"
            "\n"
            "  mouse on",
        .group = "screen",
        .run = run_mouse,
    },
    {.name = NULL},
};

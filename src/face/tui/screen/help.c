#include "face/tui/screen/help.h"

#include "face/tui/canvas/canvas.h"
#include "face/tui/screen/keys.h"

enum { NAME = 7, VERB = 18 };

static void put_cell(struct buf *out, int width, const char *text)
{
    buf_text(out, text);
    for (int i = text_width(text); i < width; i++)
        buf_char(out, ' ');
}

void help_keys(struct buf *out)
{
    for (unsigned i = 0; i < keys_count; i++) {
        put_cell(out, NAME, keys[i].name);
        put_cell(out, VERB, keys[i].verb);
        buf_printf(out, "%s%s\n", keys[i].off ? "off: " : "",
                   keys[i].off ? keys[i].off : keys[i].help);
    }
}

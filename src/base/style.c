#include "base/style.h"

void put_bar(struct buf *out, double part, unsigned columns, bool utf8)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    unsigned length = (unsigned)(part * columns * 8 + 0.5);
    unsigned whole = utf8 ? length / 8 : (length + 4) / 8;

    for (unsigned i = 0; i < whole; i++)
        buf_text(out, utf8 ? "█" : "#");
    if (utf8)
        buf_text(out, eighths[length % 8]);
    else if (!whole && part > 0)
        buf_char(out, '.');
}

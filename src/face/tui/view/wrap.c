#include "face/tui/view/wrap.h"

#include <string.h>

size_t wrap_line(const char *text, int cols, size_t *next)
{
    size_t room = cols > 1 ? (size_t)cols : 1, length = strlen(text), cut = room;

    *next = length;
    if (length <= room)
        return length;
    while (cut > 0 && text[cut] != ' ')
        cut--;
    *next = cut ? cut + 1 : room;
    return cut ? cut : room;
}

int wrap_lines(const char *text, int cols)
{
    int lines = 0;
    size_t next;

    do {
        wrap_line(text, cols, &next);
        text += next;
        lines++;
    } while (*text);
    return lines;
}

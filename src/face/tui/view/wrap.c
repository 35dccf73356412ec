#include "face/tui/view/wrap.h"

#include "face/tui/canvas/lines.h"

#include <string.h>

size_t wrap_line(const char *text, int cols, size_t *next)
{
    size_t length = lines_first(text, strlen(text), cols);

    *next = length + (text[length] == ' ');
    return length;
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

#ifndef BASE_STYLE_H
#define BASE_STYLE_H

#include "base/buf.h"

#include <stdbool.h>

/* How text for people looks: blocks in bars need UTF-8. */
struct text_style {
    bool colour, utf8;
    unsigned width; /* columns of a line; 0: any number */
};

/* A bar of that part (0 to 1) of `columns`: in eighths of a column, or in whole columns,
 * where what is little but not nothing is a dot. */
void put_bar(struct buf *out, double part, unsigned columns, bool utf8);

#endif

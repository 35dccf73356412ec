#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Bytes that grow. `data` always has a zero byte after the last one, so that a buffer of
 * text is a string; an empty buffer that nothing was ever added to has a NULL `data`.
 * Start with `struct buf b = {0}`.
 */
struct buf {
    char *data;
    size_t size; /* bytes in use, the closing zero not counted */
    size_t room;
};

void buf_add(struct buf *buf, const void *bytes, size_t size);
void buf_char(struct buf *buf, char c);
void buf_text(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* The text so far, never NULL. */
const char *buf_str(const struct buf *buf);

/* Empties the buffer and keeps its room. */
void buf_clear(struct buf *buf);
void buf_free(struct buf *buf);

#endif

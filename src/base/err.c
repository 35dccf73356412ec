#include "base/err.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

bool err_set(struct err *err, const char *fmt, ...)
{
    va_list ap;

    if (!err)
        return false;
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    return false;
}

bool err_prefix(struct err *err, const char *fmt, ...)
{
    struct buf text = {0};
    va_list ap;

    if (!err)
        return false;
    va_start(ap, fmt);
    buf_vprintf(&text, fmt, ap);
    va_end(ap);
    buf_printf(&text, ": %s", err->text);
    err_set(err, "%s", buf_str(&text));
    buf_free(&text);
    return false;
}

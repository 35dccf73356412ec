#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

/*
 * What went wrong with something the user did: "what failed: why", lower case, no full
 * stop. It is filled where the fault is found and printed once, at the top. Functions
 * that can fail for a user's reason return bool and take a struct err last.
 */
struct err {
    char text[1024]; /* empty: no error */
};

/* Fills `err` (cutting what does not fit) and returns false, so that callers can
 * `return err_set(err, ...)`. A NULL `err` is allowed: nobody wants the reason. */
bool err_set(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts "fmt: " before the text that `err` has already. Returns false. */
bool err_prefix(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif

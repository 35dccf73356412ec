#ifndef TESTS_LIB_MEMBERS_H
#define TESTS_LIB_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The members of a live object, as the debug information of this very program has them:
 * for tests that must see a member that somebody has added.
 */
struct members; /* the debug information, open */

/* One member of a struct: a scalar, an array or another struct. */
struct member {
    const char *type; /* the name of the struct whose member it is; "": it has none */
    const char *name;
    unsigned char *at;
    size_t size;
};

/* NULL: this program was built without debug information. */
struct members *members_open(void);
void members_close(struct members *members);

/*
 * Visits the members of the object at `at`, whose type is the struct with that name, in
 * order. If `visit` gives true, and the member is a struct or an array of them, the
 * members in it are visited next. False: there is no such struct.
 */
bool members_visit(struct members *members, const char *type, void *at,
                   bool (*visit)(void *ctx, const struct member *member), void *ctx);

#endif

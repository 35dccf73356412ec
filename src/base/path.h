#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>

/* The last part of a path: "copy.s" of "programs/copy.s". */
const char *path_base(const char *path);

/* Has it a part ".."? */
bool path_leads_up(const char *path);

#endif

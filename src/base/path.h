#ifndef BASE_PATH_H
#define BASE_PATH_H

/* The last part of a path: "copy.s" of "programs/copy.s". */
const char *path_base(const char *path);

#endif

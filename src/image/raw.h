#ifndef IMAGE_RAW_H
#define IMAGE_RAW_H

#include "image/image.h"

/* Makes one segment of all the file's bytes, at `base`. An empty file is refused. */
bool raw_read(struct image *image, uint64_t base, struct err *err);

#endif

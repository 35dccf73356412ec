#include "image/raw.h"

#include "base/alloc.h"

bool raw_read(struct image *image, uint64_t base, struct err *err)
{
    if (!image->file_size)
        return err_set(err, "the file is empty");
    image->segment = alloc_zero(1, sizeof(struct segment));
    image->segments = 1;
    image->segment[0] = (struct segment){.pa = base,
                                         .va = base,
                                         .size = image->file_size,
                                         .filled = image->file_size,
                                         .bytes = image->file};
    image->entry = base;
    return true;
}

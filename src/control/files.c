#include "control/files.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static const struct file *find(const struct files *files, const char *path)
{
    for (size_t i = 0; i < files->count; i++)
        if (strcmp(files->file[i].path, path) == 0)
            return &files->file[i];
    return NULL;
}

static uint8_t *copy_bytes(const void *bytes, size_t size)
{
    uint8_t *copy = alloc_zero(size + 1, 1);

    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

void files_add(struct files *files, const char *path, const void *bytes, size_t size)
{
    if (find(files, path))
        return;
    if (files->count == files->room) {
        files->room = files->room ? 2 * files->room : 8;
        files->file = alloc_resize(files->file, files->room * sizeof(*files->file));
    }
    files->file[files->count++] =
        (struct file){alloc_string(path), copy_bytes(bytes, size), size};
}

bool files_read(struct files *files, const char *path, uint8_t **bytes, size_t *size,
                struct err *err)
{
    const struct file *file = files ? find(files, path) : NULL;

    if (file) {
        *bytes = copy_bytes(file->bytes, file->size);
        *size = file->size;
        return true;
    }
    if (files && files->closed)
        return err_set(err, "cannot open '%s': it is not in the recording", path);
    if (!image_read_file(path, bytes, size, err))
        return false;
    if (files)
        files_add(files, path, *bytes, *size);
    return true;
}

bool files_image(struct files *files, struct image *image, const char *path,
                 uint64_t raw_base, struct err *err)
{
    const struct file *file = files ? find(files, path) : NULL;

    if (file)
        return image_init(image, path, file->bytes, file->size, raw_base, err);
    if (files && files->closed)
        return err_set(err, "cannot open '%s': it is not in the recording", path);
    if (!image_open(image, path, raw_base, err))
        return false;
    if (files)
        files_add(files, path, image->file, image->file_size);
    return true;
}

void files_copy(struct files *to, const struct files *from)
{
    for (size_t i = 0; i < from->count; i++)
        files_add(to, from->file[i].path, from->file[i].bytes, from->file[i].size);
    to->closed = from->closed;
}

void files_release(struct files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->file[i].path);
        free(files->file[i].bytes);
    }
    free(files->file);
    *files = (struct files){0};
}

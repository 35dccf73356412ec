#include "image/guest.h"

#include "base/bits.h"
#include "base/path.h"

#include <string.h>
#include <unistd.h>
#include <xxhash.h>

bool guest_is_named(const char *name)
{
    return strncmp(name, GUEST_PREFIX, strlen(GUEST_PREFIX)) == 0;
}

bool guest_is_program(const char *name)
{
    const char *word = name + strlen(GUEST_PREFIX);

    return guest_is_named(name) && *word &&
           strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(word);
}

static bool is_there(struct buf *path, const char *folder, const char *name)
{
    const char *rest = name + strlen(GUEST_PREFIX);

    buf_clear(path);
    if (guest_is_program(name))
        buf_printf(path, "%s/guests/%s.elf", folder, rest);
    else
        buf_printf(path, "%s/%s", folder, rest);
    return access(path->data, R_OK) == 0;
}

/* Beside the installed program, or where it was built; last, where the caller is. */
bool guest_path(struct buf *path, const char *name, struct err *err)
{
    static const char *const places[] = {"../share/ringside", "..", "../.."};
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    struct buf folder = {0};
    bool found = false;

    if (path_leads_up(name))
        return err_set(err, "cannot open '%s': it leads upwards", name);
    if (length > 0) {
        self[length] = '\0';
        *strrchr(self, '/') = '\0';
    }
    for (unsigned i = 0; length > 0 && !found && i < COUNT(places); i++) {
        buf_clear(&folder);
        buf_printf(&folder, "%s/%s", self, places[i]);
        found = is_there(path, buf_str(&folder), name);
    }
    buf_free(&folder);
    return found || is_there(path, ".", name) ||
           err_set(err, "cannot open '%s': no such file belongs to Ringside", name);
}

uint64_t guest_hash(const void *bytes, size_t size)
{
    return XXH3_64bits(bytes, size);
}

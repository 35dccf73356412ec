#include "image/elf_code.h"

#include "base/alloc.h"

#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>

struct collected {
    struct code_section *sections;
    size_t count;
};

static void add(struct collected *to, struct code_section section)
{
    to->sections = alloc_resize(to->sections, (to->count + 1) * sizeof(*to->sections));
    to->sections[to->count++] = section;
}

static bool in_file(const struct image *image, uint64_t offset, uint64_t size)
{
    return offset <= image->file_size && size <= image->file_size - offset;
}

static bool add_sections(Elf *elf, const struct image *image, struct collected *to,
                         struct err *err)
{
    size_t names = 0;

    if (elf_getshdrstrndx(elf, &names) != 0)
        return true; /* no section headers */
    for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn; scn = elf_nextscn(elf, scn)) {
        GElf_Shdr header;
        const char *name;

        if (!gelf_getshdr(scn, &header) || header.sh_type != SHT_PROGBITS ||
            !(header.sh_flags & SHF_EXECINSTR) || header.sh_size == 0)
            continue;
        name = elf_strptr(elf, names, header.sh_name);
        if (!in_file(image, header.sh_offset, header.sh_size))
            return err_set(err, "the file is cut short within section '%s'",
                           name ? name : "");
        add(to, (struct code_section){name ? name : "", header.sh_addr, header.sh_size,
                                      image->file + header.sh_offset});
    }
    return true;
}

static bool add_segments(Elf *elf, const struct image *image, struct collected *to,
                         struct err *err)
{
    size_t count = 0;

    if (elf_getphdrnum(elf, &count) != 0)
        return err_set(err, "%s", elf_errmsg(-1));
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr header;

        if (!gelf_getphdr(elf, (int)i, &header) || header.p_type != PT_LOAD ||
            !(header.p_flags & PF_X) || header.p_filesz == 0)
            continue;
        if (!in_file(image, header.p_offset, header.p_filesz))
            return err_set(err, "the file is cut short within a segment");
        add(to, (struct code_section){"segment", header.p_vaddr, header.p_filesz,
                                      image->file + header.p_offset});
    }
    return true;
}

static int by_address(const void *a, const void *b)
{
    const struct code_section *left = a, *right = b;

    return (left->address > right->address) - (left->address < right->address);
}

bool elf_code(const struct image *image, struct code_section **sections, size_t *count,
              struct err *err)
{
    struct collected found = {0};
    Elf *elf;
    bool done;

    elf_version(EV_CURRENT);
    elf = elf_memory((char *)image->file, image->file_size);
    if (!elf)
        return err_set(err, "%s", elf_errmsg(-1));
    done = add_sections(elf, image, &found, err);
    if (done && !found.count)
        done = add_segments(elf, image, &found, err);
    elf_end(elf);
    if (done && found.count)
        qsort(found.sections, found.count, sizeof(*found.sections), by_address);
    *sections = found.sections;
    *count = found.count;
    return done;
}

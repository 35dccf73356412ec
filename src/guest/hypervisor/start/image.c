/*
 * The guests' kernel: each guest gets a copy.
 *
 * An ELF file (System V ABI, chapter "Object Files") lists its segments: which bytes of the
 * file go to which address. Kernels here run at any address, so what counts are the
 * distances from the first segment. What is not ELF is copied as it is.
 */
#include "hypervisor/start/image.h"

#include "lib/string.h"

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum;
};

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

enum { PT_LOAD = 1, EM_RISCV = 243 };

static bool lies_in(uint64_t offset, uint64_t bytes, uint64_t size)
{
    return offset <= size && bytes <= size - offset;
}

static const char *copy(const struct guest *guest, uint64_t gpa, const uint8_t *from,
                        uint64_t bytes)
{
    void *to = guest_memory(guest, gpa, bytes);

    if (!to)
        return "the kernel does not fit into a guest's memory";
    memcpy(to, from, bytes);
    return NULL;
}

/* The file's own memory beyond what it has bytes for is the kernel's to clear. */
static const char *load_elf(const struct guest *guest, uint64_t gpa,
                            const uint8_t *file, uint64_t size)
{
    struct elf_header header;
    uint64_t first = UINT64_MAX;
    const char *wrong = NULL;

    memcpy(&header, file, sizeof(header));
    if (header.machine != EM_RISCV || header.phentsize != sizeof(struct elf_segment) ||
        !lies_in(header.phoff, header.phnum * sizeof(struct elf_segment), size))
        return "the kernel is an ELF file, but not a program for RISC-V";
    for (unsigned i = 0; i < header.phnum && !wrong; i++) {
        struct elf_segment segment;

        memcpy(&segment, file + header.phoff + i * sizeof(segment), sizeof(segment));
        if (segment.type != PT_LOAD)
            continue;
        if (first == UINT64_MAX)
            first = segment.paddr;
        if (!lies_in(segment.offset, segment.filesz, size))
            return "the kernel's file is cut off";
        wrong = copy(guest, gpa + (segment.paddr - first), file + segment.offset,
                     segment.filesz);
    }
    return wrong;
}

const char *image_load(const struct guest *guest, uint64_t gpa, const uint8_t *file,
                       uint64_t size)
{
    if (size >= sizeof(struct elf_header) && memcmp(file, "\177ELF\2\1", 6) == 0)
        return load_elf(guest, gpa, file, size);
    return copy(guest, gpa, file, size);
}

/*
 * ELF files: segments and symbols by libelf, line numbers by libdw.
 *
 * A segment is put at its physical address (p_paddr), as QEMU and boot loaders do; where
 * that differs from its virtual address, the entry point and the HTIF words are moved
 * along with the segment that they are in. Nothing is relocated: a position-independent
 * executable runs where it was linked.
 *
 * The file may be anything at all. libelf checks what it is asked for; ranges in the file
 * and in memory are checked here.
 */
#include "image/elf.h"

#include "base/alloc.h"

#include <elfutils/libdw.h>
#include <gelf.h>
#include <inttypes.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

enum { SEGMENTS_MAX = 64 };

bool elf_recognize(const uint8_t *bytes, size_t size)
{
    return size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0;
}

static const char *type_name(unsigned type)
{
    switch (type) {
    case ET_REL:
        return "an object file that was never linked";
    case ET_CORE:
        return "a core dump";
    default:
        return "of an unknown type";
    }
}

/* Is it a program that these harts can run? */
static bool check_header(const struct image *image, struct err *err)
{
    const unsigned char *ident = image->file;
    Elf64_Ehdr header;

    if (image->file_size < EI_NIDENT)
        return err_set(err, "the file is cut short within its ELF header");
    if (ident[EI_CLASS] != ELFCLASS64)
        return err_set(err, "not a 64-bit ELF file (class %u)", ident[EI_CLASS]);
    if (ident[EI_DATA] != ELFDATA2LSB)
        return err_set(err, "not a little-endian ELF file (data encoding %u)",
                       ident[EI_DATA]);
    if (image->file_size < sizeof(header))
        return err_set(err, "the file is cut short within its ELF header");
    memcpy(&header, image->file, sizeof(header));
    if (header.e_machine != EM_RISCV)
        return err_set(err, "not a RISC-V program (ELF machine %u)", header.e_machine);
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
        return err_set(err, "not an executable, but %s (ELF type %u)",
                       type_name(header.e_type), header.e_type);
    if (header.e_phnum && header.e_phentsize != sizeof(Elf64_Phdr))
        return err_set(err, "its program headers are %u bytes long, not %zu",
                       header.e_phentsize, sizeof(Elf64_Phdr));
    if (header.e_phoff > image->file_size ||
        header.e_phnum > (image->file_size - header.e_phoff) / sizeof(Elf64_Phdr))
        return err_set(err, "the file is cut short within its program headers");
    return true;
}

static bool overlap(const struct segment *a, const struct segment *b)
{
    return a->pa < b->pa + b->size && b->pa < a->pa + a->size;
}

static bool add_segment(struct image *image, const GElf_Phdr *header, struct err *err)
{
    struct segment *added = &image->segment[image->segments];

    if (header->p_filesz > header->p_memsz)
        return err_set(err, "segment %u has more bytes in the file than in memory",
                       image->segments);
    if (header->p_offset > image->file_size ||
        header->p_filesz > image->file_size - header->p_offset)
        return err_set(err,
                       "the file is cut short: segment %u ends at byte %" PRIu64
                       ", the file at byte %zu",
                       image->segments, header->p_offset + header->p_filesz,
                       image->file_size);
    if (header->p_paddr + header->p_memsz < header->p_paddr)
        return err_set(err, "segment %u goes beyond the last address", image->segments);
    if (image->segments == SEGMENTS_MAX)
        return err_set(err, "more than %d segments", SEGMENTS_MAX);
    *added = (struct segment){.pa = header->p_paddr,
                              .va = header->p_vaddr,
                              .size = header->p_memsz,
                              .bytes = image->file + header->p_offset,
                              .filled = header->p_filesz};
    for (unsigned i = 0; i < image->segments; i++)
        if (overlap(added, &image->segment[i]))
            return err_set(
                err, "segments %u and %u overlap at 0x%" PRIx64, i, image->segments,
                added->pa > image->segment[i].pa ? added->pa : image->segment[i].pa);
    image->segments++;
    return true;
}

static bool read_segments(struct image *image, Elf *elf, struct err *err)
{
    size_t headers;
    GElf_Phdr header;

    if (elf_getphdrnum(elf, &headers) != 0)
        return err_set(err, "%s", elf_errmsg(-1));
    image->segment = alloc_zero(SEGMENTS_MAX + 1, sizeof(struct segment));
    for (size_t i = 0; i < headers; i++) {
        if (!gelf_getphdr(elf, (int)i, &header))
            return err_set(err, "%s", elf_errmsg(-1));
        if (header.p_type == PT_LOAD && header.p_memsz &&
            !add_segment(image, &header, err))
            return false;
    }
    if (!image->segments)
        return err_set(err, "nothing in it is to be loaded");
    return true;
}

/* How far into the segment the section begins; the whole segment's length if it is not
 * in it. */
static uint64_t before_section(const struct segment *segment, const GElf_Shdr *section)
{
    uint64_t into = section->sh_addr - segment->va;

    return into < segment->size && section->sh_size ? into : segment->size;
}

/*
 * Tells what the segments hold before their first section. A file may have no sections at
 * all, as boot loaders do not need them: then nothing is spare.
 */
static void find_spare(struct image *image, Elf *elf)
{
    Elf_Scn *section = NULL;
    bool allocated = false;
    GElf_Shdr header;

    for (unsigned i = 0; i < image->segments; i++)
        image->segment[i].spare = image->segment[i].size;
    while ((section = elf_nextscn(elf, section))) {
        if (!gelf_getshdr(section, &header) || !(header.sh_flags & SHF_ALLOC))
            continue;
        allocated = true;
        for (unsigned i = 0; i < image->segments; i++) {
            uint64_t before = before_section(&image->segment[i], &header);

            if (before < image->segment[i].spare)
                image->segment[i].spare = before;
        }
    }
    for (unsigned i = 0; i < image->segments && !allocated; i++)
        image->segment[i].spare = 0;
}

/* Where a virtual address of the program is in physical memory. */
static uint64_t physical(const struct image *image, uint64_t va)
{
    for (unsigned i = 0; i < image->segments; i++) {
        const struct segment *segment = &image->segment[i];

        if (va - segment->va < segment->size)
            return va - segment->va + segment->pa;
    }
    return va;
}

/* Mapping symbols ($x, $d) and assembler-made labels (.L0) name nothing that a person
 * wrote. */
static bool is_wanted(const GElf_Sym *symbol, const char *name)
{
    unsigned type = GELF_ST_TYPE(symbol->st_info);

    return name && name[0] && name[0] != '$' && strncmp(name, ".L", 2) != 0 &&
           symbol->st_shndx != SHN_UNDEF && type != STT_SECTION && type != STT_FILE;
}

static void read_symbol_table(struct image *image, Elf *elf, Elf_Scn *section,
                              const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    GElf_Sym symbol;

    if (!data)
        return;
    for (int i = 0; gelf_getsym(data, i, &symbol); i++) {
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        unsigned type = GELF_ST_TYPE(symbol.st_info);

        if (!is_wanted(&symbol, name))
            continue;
        symbols_add(&image->symbols,
                    (struct symbol){
                        .address = symbol.st_value,
                        .size = symbol.st_size,
                        .name = name,
                        .absolute = symbol.st_shndx == SHN_ABS,
                        .global = GELF_ST_BIND(symbol.st_info) != STB_LOCAL,
                        .has_type = type == STT_FUNC || type == STT_OBJECT,
                        .function = type == STT_FUNC,
                    });
    }
}

/* A program without symbols is no less a program: nothing here is an error. */
static void read_symbols(struct image *image, Elf *elf)
{
    Elf_Scn *section = NULL;
    GElf_Shdr header;

    while ((section = elf_nextscn(elf, section)))
        if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
            read_symbol_table(image, elf, section, &header);
    symbols_sort(&image->symbols);
}

static uint64_t physical_of_symbol(const struct image *image, const char *name)
{
    const struct symbol *symbol = symbols_named(&image->symbols, name);

    return symbol ? physical(image, symbol->address) : 0;
}

static Elf *open_elf(const struct image *image)
{
    elf_version(EV_CURRENT);
    return elf_memory((char *)image->file, image->file_size);
}

bool elf_read(struct image *image, struct err *err)
{
    GElf_Ehdr header;
    Elf *elf;
    bool ok;

    if (!check_header(image, err))
        return false;
    elf = open_elf(image);
    if (!elf || !gelf_getehdr(elf, &header)) {
        elf_end(elf);
        return err_set(err, "%s", elf_errmsg(-1));
    }
    ok = read_segments(image, elf, err);
    if (ok) {
        find_spare(image, elf);
        read_symbols(image, elf);
        image->entry = physical(image, header.e_entry);
        image->tohost = physical_of_symbol(image, "tohost");
        image->fromhost = physical_of_symbol(image, "fromhost");
    }
    elf_end(elf);
    return ok;
}

/* --- Line numbers ------------------------------------------------------------- */

static void add_row(struct lines *lines, Dwarf_Line *row, uint32_t first_file,
                    size_t files)
{
    Dwarf_Addr address;
    Dwarf_Files *table;
    size_t file;
    int number;
    bool ends;

    if (dwarf_lineaddr(row, &address) != 0 || dwarf_lineendsequence(row, &ends) != 0)
        return;
    if (ends) {
        lines_add(lines, (struct line){address, LINE_NONE, 0});
        return;
    }
    if (dwarf_lineno(row, &number) != 0 || number <= 0 ||
        dwarf_line_file(row, &table, &file) != 0 || file >= files)
        return;
    lines_add(lines,
              (struct line){address, first_file + (uint32_t)file, (uint32_t)number});
}

void elf_lines(const struct image *image, struct lines *lines)
{
    Elf *elf = open_elf(image);
    Dwarf *dwarf = elf ? dwarf_begin_elf(elf, DWARF_C_READ, NULL) : NULL;
    Dwarf_Off offset = 0, next;
    Dwarf_CU *unit = NULL;
    Dwarf_Files *table;
    Dwarf_Lines *rows;
    size_t files, count;

    while (dwarf && dwarf_next_lines(dwarf, offset, &next, &unit, &table, &files, &rows,
                                     &count) == 0) {
        uint32_t first_file = (uint32_t)lines->files;

        for (size_t i = 0; i < files; i++) {
            const char *name = dwarf_filesrc(table, i, NULL, NULL);

            lines_file(lines, name ? name : "?");
        }
        for (size_t i = 0; i < count; i++)
            add_row(lines, dwarf_onesrcline(rows, i), first_file, files);
        offset = next;
    }
    lines_sort(lines);
    dwarf_end(dwarf);
    elf_end(elf);
}

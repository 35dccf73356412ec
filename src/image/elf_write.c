#include "image/elf_write.h"

#include "base/alloc.h"
#include "image/dwarf_write.h"

#include <errno.h>
#include <fcntl.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * An ELF executable by libelf. The file is laid out here: ELF header, program headers,
 * then the sections, those in memory at offsets that equal their addresses modulo the
 * page size, as loaders that map files ask for. Each such section is a segment.
 */

enum { PAGE = 4096, ATTRIBUTES_TYPE = SHT_LOPROC + 3 };

struct writer {
    const struct asm_program *program;
    Elf *elf;
    struct buf names;   /* .shstrtab */
    struct buf strings; /* .strtab */
    struct buf attributes;
    struct dwarf dwarf;
    Elf64_Sym *symbols;
    size_t symbol_count, local_count;
    size_t *numbers; /* of the program's sections in the file; 0: not in it */
    uint64_t offset; /* of the next section in the file */
    struct err *err;
};

static bool elf_failed(struct writer *w)
{
    return err_set(w->err, "%s", elf_errmsg(-1));
}

static Elf64_Word add_string(struct buf *table, const char *text)
{
    size_t at = table->size;

    buf_text(table, text);
    buf_char(table, '\0');
    return (Elf64_Word)at;
}

enum { OWN_NAME = 1 }; /* where ".shstrtab" is in .shstrtab */

/* A section with its bytes, at the next place in the file; NULL: failed. */
static Elf64_Shdr *add_section(struct writer *w, const char *name, unsigned type,
                               uint64_t size, uint64_t align, void *bytes)
{
    Elf_Scn *scn = elf_newscn(w->elf);
    Elf64_Shdr *header = scn ? elf64_getshdr(scn) : NULL;
    Elf_Data *data = header ? elf_newdata(scn) : NULL;

    if (!data) {
        elf_failed(w);
        return NULL;
    }
    w->offset = (w->offset + align - 1) / align * align;
    header->sh_name = name ? add_string(&w->names, name) : OWN_NAME;
    header->sh_type = type;
    header->sh_offset = w->offset;
    header->sh_size = size;
    header->sh_addralign = align;
    data->d_type = type == SHT_SYMTAB ? ELF_T_SYM : ELF_T_BYTE;
    data->d_buf = bytes;
    data->d_size = size;
    data->d_align = 1;
    if (type != SHT_NOBITS)
        w->offset += size;
    return header;
}

static Elf64_Xword section_flags(unsigned flags)
{
    return (flags & ASM_ALLOC ? SHF_ALLOC : 0U) | (flags & ASM_WRITE ? SHF_WRITE : 0U) |
           (flags & ASM_EXEC ? SHF_EXECINSTR : 0U);
}

static bool in_file(const struct asm_section *section)
{
    return section->size != 0;
}

static bool add_program_sections(struct writer *w)
{
    size_t number = 1;

    for (size_t i = 0; i < w->program->section_count; i++) {
        const struct asm_section *section = &w->program->sections[i];
        Elf64_Shdr *header;

        if (!in_file(section))
            continue;
        if (section->flags & ASM_ALLOC)
            w->offset += (section->address - w->offset) % PAGE;
        header = add_section(w, section->name,
                             section->flags & ASM_NOBITS ? SHT_NOBITS : SHT_PROGBITS,
                             section->size, 1, section->bytes);
        if (!header)
            return false;
        header->sh_addr = section->address;
        header->sh_addralign = UINT64_C(1) << section->align_log2;
        header->sh_flags = section_flags(section->flags);
        w->numbers[i] = number++;
    }
    return true;
}

/* What the code may use ("RISC-V ELF psABI", Attributes): disassemblers ask for it. */
static void make_attributes(struct buf *out)
{
    enum { FILE_SCOPE = 1, STACK_ALIGN = 4, ARCH = 5 };
    static const char vendor[] = "riscv";
    static const char arch[] = "rv64i2p1_m2p0_a2p1_c2p0_h1p0_zicsr2p0_zifencei2p0_"
                               "zihintpause2p0_zicbom1p0_zicboz1p0";
    uint32_t inner = 1 + 4 + 2 + 1 + sizeof(arch);
    uint32_t outer = 4 + sizeof(vendor) + inner;

    buf_char(out, 'A');
    buf_add(out, &outer, 4);
    buf_add(out, vendor, sizeof(vendor));
    buf_char(out, FILE_SCOPE);
    buf_add(out, &inner, 4);
    buf_char(out, STACK_ALIGN);
    buf_char(out, 16);
    buf_char(out, ARCH);
    buf_add(out, arch, sizeof(arch));
}

static bool add_debug_sections(struct writer *w, const char *directory)
{
    dwarf_make(&w->dwarf, w->program, directory);
    make_attributes(&w->attributes);
    return add_section(w, ".riscv.attributes", ATTRIBUTES_TYPE, w->attributes.size, 1,
                       w->attributes.data) &&
           add_section(w, ".debug_info", SHT_PROGBITS, w->dwarf.info.size, 1,
                       w->dwarf.info.data) &&
           add_section(w, ".debug_abbrev", SHT_PROGBITS, w->dwarf.abbrev.size, 1,
                       w->dwarf.abbrev.data) &&
           add_section(w, ".debug_line", SHT_PROGBITS, w->dwarf.line.size, 1,
                       w->dwarf.line.data);
}

static unsigned char symbol_type(enum asm_symbol_type type)
{
    switch (type) {
    case ASM_FUNCTION:
        return STT_FUNC;
    case ASM_OBJECT:
        return STT_OBJECT;
    case ASM_NOTYPE:
    default:
        return STT_NOTYPE;
    }
}

static void add_symbol(struct writer *w, const struct asm_symbol *symbol)
{
    Elf64_Sym *added = &w->symbols[w->symbol_count++];
    unsigned char binding = symbol->weak     ? STB_WEAK
                            : symbol->global ? STB_GLOBAL
                                             : STB_LOCAL;
    size_t number = symbol->section == ASM_ABSOLUTE ? 0 : w->numbers[symbol->section];

    added->st_name = add_string(&w->strings, symbol->name);
    added->st_info = (unsigned char)ELF64_ST_INFO(binding, symbol_type(symbol->type));
    added->st_shndx = (Elf64_Section)(number ? number : SHN_ABS);
    added->st_value = symbol->value;
    added->st_size = symbol->size;
}

/* The first symbol is empty and local ones precede the global ones (ELF, "Symbol
 * Table"). */
static void make_symbols(struct writer *w)
{
    const struct asm_program *program = w->program;

    w->symbols = alloc_zero(program->symbol_count + 2, sizeof(*w->symbols));
    buf_char(&w->strings, '\0');
    w->symbols[1] = (Elf64_Sym){.st_name = add_string(&w->strings, program->file),
                                .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FILE),
                                .st_shndx = SHN_ABS};
    w->symbol_count = 2;
    for (int global = 0; global < 2; global++) {
        for (size_t i = 0; i < program->symbol_count; i++) {
            const struct asm_symbol *symbol = &program->symbols[i];

            if ((symbol->global || symbol->weak) == global)
                add_symbol(w, symbol);
        }
        if (!global)
            w->local_count = w->symbol_count;
    }
}

static bool add_tables(struct writer *w, size_t *names_number)
{
    size_t count;
    Elf64_Shdr *header;

    make_symbols(w);
    if (elf_getshdrnum(w->elf, &count) != 0)
        return elf_failed(w);
    header = add_section(w, ".symtab", SHT_SYMTAB, w->symbol_count * sizeof(Elf64_Sym),
                         8, w->symbols);
    if (!header)
        return false;
    header->sh_entsize = sizeof(Elf64_Sym);
    header->sh_info = (Elf64_Word)w->local_count;
    header->sh_link = (Elf64_Word)(count + 1);
    if (!add_section(w, ".strtab", SHT_STRTAB, w->strings.size, 1, w->strings.data))
        return false;
    *names_number = count + 2;
    return true;
}

/* Its own name stands first in it, so that adding this section adds no name. */
static bool add_name_table(struct writer *w)
{
    return add_section(w, NULL, SHT_STRTAB, w->names.size, 1, w->names.data);
}

static size_t segment_count(const struct asm_program *program)
{
    size_t count = 0;

    for (size_t i = 0; i < program->section_count; i++)
        if (in_file(&program->sections[i]) && (program->sections[i].flags & ASM_ALLOC))
            count++;
    return count;
}

static Elf64_Word segment_flags(unsigned flags)
{
    return PF_R | (flags & ASM_WRITE ? PF_W : 0U) | (flags & ASM_EXEC ? PF_X : 0U);
}

/* `segment` has room for segment_count; NULL: there are none. */
static bool make_segments(struct writer *w, Elf64_Phdr *segment)
{
    for (size_t i = 0; segment && i < w->program->section_count; i++) {
        const struct asm_section *section = &w->program->sections[i];
        Elf64_Shdr *header;

        if (!in_file(section) || !(section->flags & ASM_ALLOC))
            continue;
        header = elf64_getshdr(elf_getscn(w->elf, w->numbers[i]));
        if (!header)
            return elf_failed(w);
        *segment++ = (Elf64_Phdr){
            .p_type = PT_LOAD,
            .p_flags = segment_flags(section->flags),
            .p_offset = header->sh_offset,
            .p_vaddr = section->address,
            .p_paddr = section->address,
            .p_filesz = section->flags & ASM_NOBITS ? 0 : section->size,
            .p_memsz = section->size,
            .p_align = PAGE,
        };
    }
    return true;
}

static bool make_header(struct writer *w)
{
    enum { RVC = 1 }; /* the program may hold 16-bit instructions */
    Elf64_Ehdr *header = elf64_newehdr(w->elf);

    if (!header)
        return elf_failed(w);
    header->e_ident[EI_DATA] = ELFDATA2LSB;
    header->e_type = ET_EXEC;
    header->e_machine = EM_RISCV;
    header->e_version = EV_CURRENT;
    header->e_entry = w->program->entry;
    header->e_flags = RVC;
    return true;
}

static bool write_all(struct writer *w, const char *directory)
{
    size_t segments = segment_count(w->program), names = 0;
    Elf64_Phdr *table = NULL;

    elf_flagelf(w->elf, ELF_C_SET, ELF_F_LAYOUT);
    buf_char(&w->names, '\0');
    add_string(&w->names, ".shstrtab");
    if (!make_header(w))
        return false;
    if (segments && !(table = elf64_newphdr(w->elf, segments)))
        return elf_failed(w);
    w->offset = sizeof(Elf64_Ehdr) + segments * sizeof(Elf64_Phdr);
    if (!add_program_sections(w) || !add_debug_sections(w, directory) ||
        !add_tables(w, &names) || !add_name_table(w) || !make_segments(w, table))
        return false;

    Elf64_Ehdr *header = elf64_getehdr(w->elf);

    header->e_phoff = segments ? sizeof(Elf64_Ehdr) : 0;
    header->e_shoff = (w->offset + 7) & ~UINT64_C(7);
    header->e_shstrndx = (Elf64_Half)names;
    return elf_update(w->elf, ELF_C_WRITE) >= 0 || elf_failed(w);
}

static bool write_to(struct writer *w, const char *directory, int fd)
{
    bool done;

    elf_version(EV_CURRENT);
    w->elf = elf_begin(fd, ELF_C_WRITE, NULL);
    if (!w->elf)
        return elf_failed(w);
    w->numbers = alloc_zero(w->program->section_count, sizeof(*w->numbers));
    done = write_all(w, directory);
    elf_end(w->elf);
    free(w->numbers);
    free(w->symbols);
    buf_free(&w->names);
    buf_free(&w->strings);
    buf_free(&w->attributes);
    dwarf_release(&w->dwarf);
    return done;
}

bool elf_write(const struct asm_program *program, const char *directory,
               const char *path, struct err *err)
{
    struct writer w = {.program = program, .err = err};
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0777);
    bool done;

    if (fd < 0)
        return err_set(err, "cannot write '%s': %s", path, strerror(errno));
    done = write_to(&w, directory, fd);
    if (close(fd) != 0 && done)
        done = err_set(err, "%s", strerror(errno));
    if (!done)
        err_prefix(err, "cannot write '%s'", path);
    return done;
}

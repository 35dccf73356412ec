/* Program files: what an ELF file gives, what is refused and why, raw images. */
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "image/image.h"
#include "machine/memory/bus.h"

#include <elf.h>
#include <string.h>

#define BASE UINT64_C(0x80000000)

enum { TEXT_AT = 0x1000, DATA_AT = 0x1100, SYMBOLS_AT = 0x1200, STRINGS_AT = 0x1400 };
enum { SECTIONS_AT = 0x1500, FILE_SIZE = 0x1800 };

/* The bytes of an executable with two segments and a symbol table, for tests to spoil. */
struct file {
    union {
        unsigned char bytes[FILE_SIZE];
        Elf64_Ehdr header;
    };
    size_t size;
};

static Elf64_Phdr *segment(struct file *file, unsigned n)
{
    return (Elf64_Phdr *)(void *)(file->bytes + sizeof(Elf64_Ehdr)) + n;
}

static Elf64_Sym *symbol(struct file *file, unsigned n)
{
    return (Elf64_Sym *)(void *)(file->bytes + SYMBOLS_AT) + n;
}

static Elf64_Shdr *section(struct file *file, unsigned n)
{
    return (Elf64_Shdr *)(void *)(file->bytes + SECTIONS_AT) + n;
}

static const char strings[] = "\0_start\0middle\0tohost\0SIZE\0$x\0.L1\0same";

static uint32_t name_of(const char *name)
{
    const char *at = strings + 1;

    while (strcmp(at, name) != 0)
        at += strlen(at) + 1;
    return (uint32_t)(at - strings);
}

static void put_symbol(struct file *file, unsigned n, const char *name,
                       unsigned char info, uint16_t where, uint64_t value,
                       uint64_t size)
{
    *symbol(file, n) = (Elf64_Sym){.st_name = name_of(name),
                                   .st_info = info,
                                   .st_shndx = where,
                                   .st_value = value,
                                   .st_size = size};
}

static void put_symbols(struct file *file)
{
    unsigned char function = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    unsigned char label = ELF64_ST_INFO(STB_LOCAL, STT_NOTYPE);
    unsigned char object = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT);

    put_symbol(file, 1, "middle", label, 1, BASE + 8, 0);
    put_symbol(file, 2, "_start", function, 1, BASE, 8);
    put_symbol(file, 3, "tohost", object, 1, BASE + 0x2000, 8);
    put_symbol(file, 4, "SIZE", label, SHN_ABS, BASE + 4, 0);
    put_symbol(file, 5, "$x", label, 1, BASE + 4, 0);
    put_symbol(file, 6, ".L1", label, 1, BASE + 4, 0);
    put_symbol(file, 7, "same", label, 1, BASE, 0);
    memcpy(file->bytes + STRINGS_AT, strings, sizeof(strings));
    *section(file, 1) = (Elf64_Shdr){.sh_type = SHT_SYMTAB,
                                     .sh_offset = SYMBOLS_AT,
                                     .sh_size = 8 * sizeof(Elf64_Sym),
                                     .sh_link = 2,
                                     .sh_entsize = sizeof(Elf64_Sym)};
    *section(file, 2) = (Elf64_Shdr){
        .sh_type = SHT_STRTAB, .sh_offset = STRINGS_AT, .sh_size = sizeof(strings)};
    *section(file, 3) = *section(file, 2);
}

static struct file good_file(void)
{
    struct file file = {.size = FILE_SIZE};

    memcpy(file.header.e_ident, ELFMAG, SELFMAG);
    file.header.e_ident[EI_CLASS] = ELFCLASS64;
    file.header.e_ident[EI_DATA] = ELFDATA2LSB;
    file.header.e_ident[EI_VERSION] = EV_CURRENT;
    file.header.e_type = ET_EXEC;
    file.header.e_machine = EM_RISCV;
    file.header.e_version = EV_CURRENT;
    file.header.e_entry = BASE + 4;
    file.header.e_phoff = sizeof(Elf64_Ehdr);
    file.header.e_ehsize = sizeof(Elf64_Ehdr);
    file.header.e_phentsize = sizeof(Elf64_Phdr);
    file.header.e_phnum = 2;
    file.header.e_shentsize = sizeof(Elf64_Shdr);
    file.header.e_shoff = SECTIONS_AT;
    file.header.e_shnum = 4;
    file.header.e_shstrndx = 3;
    *segment(&file, 0) = (Elf64_Phdr){.p_type = PT_LOAD,
                                      .p_offset = TEXT_AT,
                                      .p_vaddr = BASE,
                                      .p_paddr = BASE,
                                      .p_filesz = 0x100,
                                      .p_memsz = 0x100};
    *segment(&file, 1) = (Elf64_Phdr){.p_type = PT_LOAD,
                                      .p_offset = DATA_AT,
                                      .p_vaddr = BASE + 0x2000,
                                      .p_paddr = BASE + 0x3000,
                                      .p_filesz = 0x100,
                                      .p_memsz = 0x2000};
    memset(file.bytes + TEXT_AT, 0x11, 0x100);
    memset(file.bytes + DATA_AT, 0x22, 0x100);
    put_symbols(&file);
    return file;
}

static bool read_image(struct image *image, const struct file *file, struct err *err)
{
    return image_init(image, "prog", file->bytes, file->size, BASE, err);
}

/* --- What is refused ------------------------------------------------------------ */

static void is_32_bit(struct file *file)
{
    file->header.e_ident[EI_CLASS] = ELFCLASS32;
}

static void is_big_endian(struct file *file)
{
    file->header.e_ident[EI_DATA] = ELFDATA2MSB;
}

static void is_x86(struct file *file)
{
    file->header.e_machine = EM_X86_64;
}

static void is_object(struct file *file)
{
    file->header.e_type = ET_REL;
}

static void is_core(struct file *file)
{
    file->header.e_type = ET_CORE;
}

static void ends_in_ident(struct file *file)
{
    file->size = 5;
}

static void ends_in_header(struct file *file)
{
    file->size = 40;
}

static void ends_in_program_headers(struct file *file)
{
    file->size = sizeof(Elf64_Ehdr) + 60;
}

static void ends_in_segment(struct file *file)
{
    file->size = DATA_AT + 0x80;
}

static void has_odd_program_headers(struct file *file)
{
    file->header.e_phentsize = 32;
}

static void has_far_program_headers(struct file *file)
{
    file->header.e_phoff = UINT64_MAX - 8;
}

static void has_far_segment(struct file *file)
{
    segment(file, 1)->p_offset = UINT64_MAX - 16;
}

static void overfills_segment(struct file *file)
{
    segment(file, 1)->p_memsz = 0x80;
}

static void wraps_around(struct file *file)
{
    segment(file, 1)->p_paddr = UINT64_MAX - 0x1000;
}

static void has_overlapping_segments(struct file *file)
{
    segment(file, 1)->p_paddr = BASE + 0xff;
}

static void loads_nothing(struct file *file)
{
    segment(file, 0)->p_type = PT_NOTE;
    segment(file, 1)->p_memsz = segment(file, 1)->p_filesz = 0;
}

static const struct {
    void (*spoil)(struct file *file);
    const char *why;
} refusals[] = {
    {is_32_bit, "not a 64-bit ELF file (class 1)"},
    {is_big_endian, "not a little-endian ELF file (data encoding 2)"},
    {is_x86, "not a RISC-V program (ELF machine 62)"},
    {is_object,
     "not an executable, but an object file that was never linked (ELF type 1)"},
    {is_core, "not an executable, but a core dump (ELF type 4)"},
    {ends_in_ident, "the file is cut short within its ELF header"},
    {ends_in_header, "the file is cut short within its ELF header"},
    {ends_in_program_headers, "the file is cut short within its program headers"},
    {ends_in_segment,
     "the file is cut short: segment 1 ends at byte 4608, the file at byte 4480"},
    {has_odd_program_headers, "its program headers are 32 bytes long, not 56"},
    {has_far_program_headers, "the file is cut short within its program headers"},
    {has_far_segment,
     "the file is cut short: segment 1 ends at byte 239, the file at byte 6144"},
    {overfills_segment, "segment 1 has more bytes in the file than in memory"},
    {wraps_around, "segment 1 goes beyond the last address"},
    {has_overlapping_segments, "segments 0 and 1 overlap at 0x800000ff"},
    {loads_nothing, "nothing in it is to be loaded"},
};

START_TEST(unusable_file_is_refused_with_its_reason)
{
    struct file file = good_file();
    struct image image;
    struct err err = {0};
    char expected[256] = "cannot load 'prog': ";

    refusals[_i].spoil(&file);
    strcat(expected, refusals[_i].why);
    ck_assert(!read_image(&image, &file, &err));
    ck_assert_str_eq(err.text, expected);
}
END_TEST

START_TEST(every_cut_is_refused_or_harmless)
{
    struct file file = good_file();

    for (file.size = 0; file.size <= FILE_SIZE; file.size += file.size < 256 ? 1 : 61) {
        struct image image;
        struct err err = {0};
        bool whole = file.size >= DATA_AT + 0x100;
        bool ok = read_image(&image, &file, &err);

        if (file.size >= SELFMAG)
            ck_assert_msg(ok == whole, "%zu bytes: %s", file.size, err.text);
        if (ok)
            image_release(&image);
    }
}
END_TEST

/* --- What is read ---------------------------------------------------------------- */

START_TEST(segments_are_at_physical_addresses)
{
    struct file file = good_file();
    struct image image;

    ck_assert(read_image(&image, &file, NULL));
    ck_assert(image.is_elf);
    ck_assert_uint_eq(image.segments, 2);
    ck_assert_uint_eq(image.segment[0].pa, BASE);
    ck_assert_uint_eq(image.segment[1].pa, BASE + 0x3000);
    ck_assert_uint_eq(image.segment[1].va, BASE + 0x2000);
    ck_assert_uint_eq(image.segment[1].filled, 0x100);
    ck_assert_uint_eq(image.segment[1].size, 0x2000);
    image_release(&image);
}
END_TEST

START_TEST(entry_and_tohost_move_with_their_segment)
{
    struct file file = good_file();
    struct image image;

    file.header.e_entry = BASE + 0x2010;
    ck_assert(read_image(&image, &file, NULL));
    ck_assert_uint_eq(image.entry, BASE + 0x3010);
    ck_assert_uint_eq(image.tohost, BASE + 0x3000);
    ck_assert_uint_eq(image.fromhost, 0);
    image_release(&image);
}
END_TEST

START_TEST(raw_bytes_go_to_the_given_address)
{
    struct image image;

    ck_assert(image_init(&image, "raw", "abc", 3, 0x80200000, NULL));
    ck_assert(!image.is_elf);
    ck_assert_uint_eq(image.entry, 0x80200000);
    ck_assert_uint_eq(image.segments, 1);
    ck_assert_uint_eq(image.segment[0].pa, 0x80200000);
    ck_assert_uint_eq(image.segment[0].size, 3);
    image_release(&image);
}
END_TEST

START_TEST(empty_file_is_refused)
{
    struct image image;
    struct err err = {0};

    ck_assert(!image_init(&image, "raw", "", 0, BASE, &err));
    ck_assert_str_eq(err.text, "cannot load 'raw': the file is empty");
}
END_TEST

START_TEST(missing_file_is_named)
{
    struct image image;
    struct err err = {0};

    ck_assert(!image_open(&image, "/no/such/file", BASE, &err));
    ck_assert_str_eq(err.text,
                     "cannot open '/no/such/file': No such file or directory");
}
END_TEST

START_TEST(source_text_is_no_raw_program)
{
    struct image image;
    struct err err = {0};

    ck_assert(!image_open(&image, "prog.s", BASE, &err));
    ck_assert_str_eq(err.text,
                     "cannot load 'prog.s': it is assembly text; ringside asm "
                     "makes a program of it");
}
END_TEST

START_TEST(a_database_is_known_by_its_header)
{
    char header[DATABASE_HEADER] = "SQLite format 3";

    ck_assert(image_is_database(header, sizeof(header)));
    ck_assert(!image_is_database(header, sizeof(header) - 1));
    header[15] = ' ';
    ck_assert(!image_is_database(header, sizeof(header)));
}
END_TEST

START_TEST(directory_is_refused)
{
    struct image image;
    struct err err = {0};

    ck_assert(!image_open(&image, "/", BASE, &err));
    ck_assert_str_eq(err.text, "cannot read '/': Is a directory");
}
END_TEST

/* --- Loading --------------------------------------------------------------------- */

static struct bus *new_bus(uint64_t size)
{
    static struct queue queue;
    static struct event_stream events;
    static struct bus bus;

    queue_init(&queue);
    bus_init(&bus, &queue, &events, &costs_default);
    ck_assert(bus_map_ram(&bus, BASE, size, NULL));
    return &bus;
}

static uint8_t byte_at(const struct bus *bus, uint64_t pa)
{
    uint8_t byte;

    ram_read(&bus->ram, pa, &byte, 1);
    return byte;
}

START_TEST(loading_fills_segments_and_zeroes_their_rest)
{
    struct file file = good_file();
    struct bus *bus = new_bus(0x10000);
    const uint64_t ones = UINT64_MAX;
    struct image image;

    ram_write(&bus->ram, BASE + 0x3200, &ones, 8, INITIATOR_OUTSIDE);
    ck_assert(read_image(&image, &file, NULL));
    ck_assert(image_load(&image, &bus->ram, NULL));
    ck_assert_uint_eq(byte_at(bus, BASE), 0x11);
    ck_assert_uint_eq(byte_at(bus, BASE + 0xff), 0x11);
    ck_assert_uint_eq(byte_at(bus, BASE + 0x100), 0);
    ck_assert_uint_eq(byte_at(bus, BASE + 0x30ff), 0x22);
    ck_assert_uint_eq(byte_at(bus, BASE + 0x3100), 0);
    ck_assert_uint_eq(byte_at(bus, BASE + 0x3203), 0);
    ck_assert_msg(!pages_used(&bus->ram.pages, 4), "zeros that were there are written");
    image_release(&image);
    bus_release(bus);
}
END_TEST

START_TEST(segment_outside_ram_is_refused_and_nothing_is_loaded)
{
    struct file file = good_file();
    struct bus *bus = new_bus(0x4000);
    struct image image;
    struct err err = {0};

    ck_assert(read_image(&image, &file, NULL));
    ck_assert(!image_load(&image, &bus->ram, &err));
    ck_assert_str_eq(err.text,
                     "cannot load 'prog': 0x80003000 to 0x80004fff is outside "
                     "RAM (0x80000000 to 0x80003fff)");
    ck_assert_uint_eq(byte_at(bus, BASE), 0);
    image_release(&image);
    bus_release(bus);
}
END_TEST

/*
 * What `ld -Ttext=` makes: the ELF headers in a page of their own before the program's
 * first section; here 0x40 bytes before BASE.
 */
static struct file file_with_headers(void)
{
    struct file file = good_file();
    Elf64_Phdr *first = segment(&file, 0);

    first->p_offset -= 0x40;
    first->p_vaddr -= 0x40;
    first->p_paddr -= 0x40;
    first->p_filesz += 0x40;
    first->p_memsz += 0x40;
    memset(file.bytes + TEXT_AT - 0x40, 0x33, 0x40);
    file.header.e_shnum = 6;
    *section(&file, 4) = (Elf64_Shdr){.sh_type = SHT_PROGBITS,
                                      .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
                                      .sh_addr = BASE,
                                      .sh_offset = TEXT_AT,
                                      .sh_size = 0x100};
    *section(&file, 5) = (Elf64_Shdr){.sh_type = SHT_PROGBITS,
                                      .sh_flags = SHF_ALLOC | SHF_WRITE,
                                      .sh_addr = BASE + 0x2000,
                                      .sh_offset = DATA_AT,
                                      .sh_size = 0x100};
    return file;
}

START_TEST(headers_outside_ram_are_not_loaded)
{
    struct file file = file_with_headers();
    struct bus *bus = new_bus(0x10000);
    struct image image;
    struct err err = {0};

    ck_assert(read_image(&image, &file, NULL));
    ck_assert_uint_eq(image.segment[0].spare, 0x40);
    ck_assert_uint_eq(image.segment[1].spare, 0);
    ck_assert_msg(image_load(&image, &bus->ram, &err), "%s", err.text);
    ck_assert_uint_eq(byte_at(bus, BASE), 0x11);
    ck_assert_uint_eq(byte_at(bus, BASE + 0xff), 0x11);
    ck_assert_uint_eq(byte_at(bus, BASE + 0x3000), 0x22);
    image_release(&image);
    bus_release(bus);
}
END_TEST

START_TEST(headers_within_ram_are_loaded)
{
    struct file file = file_with_headers();
    struct bus *bus = new_bus(0x10000);
    struct image image;

    segment(&file, 0)->p_paddr += 0x1000;
    ck_assert(read_image(&image, &file, NULL));
    ck_assert(image_load(&image, &bus->ram, NULL));
    ck_assert_uint_eq(byte_at(bus, BASE + 0xfc0), 0x33);
    ck_assert_uint_eq(byte_at(bus, BASE + 0x1000), 0x11);
    image_release(&image);
    bus_release(bus);
}
END_TEST

START_TEST(segment_without_sections_may_be_outside_ram)
{
    struct file file = file_with_headers();
    struct bus *bus = new_bus(0x10000);
    struct image image;

    section(&file, 5)->sh_flags = 0;
    segment(&file, 1)->p_paddr = 0x1000;
    ck_assert(read_image(&image, &file, NULL));
    ck_assert(image_load(&image, &bus->ram, NULL));
    ck_assert_uint_eq(byte_at(bus, BASE), 0x11);
    image_release(&image);
    bus_release(bus);
}
END_TEST

START_TEST(section_outside_ram_is_refused)
{
    struct file file = file_with_headers();
    struct bus *bus = new_bus(0x10000);
    struct image image;
    struct err err = {0};

    section(&file, 4)->sh_addr -= 0x10;
    ck_assert(read_image(&image, &file, NULL));
    ck_assert(!image_load(&image, &bus->ram, &err));
    ck_assert_str_eq(err.text,
                     "cannot load 'prog': 0x7ffffff0 to 0x800000ff is outside "
                     "RAM (0x80000000 to 0x8000ffff)");
    image_release(&image);
    bus_release(bus);
}
END_TEST

/* --- Symbols and lines ------------------------------------------------------------ */

static const struct {
    uint64_t address;
    const char *name; /* NULL: none */
} places[] = {
    {BASE - 1, NULL},
    {BASE, "_start"},     /* a function, not the label beside it */
    {BASE + 7, "_start"}, /* neither the absolute SIZE nor $x nor .L1 */
    {BASE + 8, "middle"},
    {BASE + 0x1fff, "middle"}, /* of unknown size: up to the next */
    {BASE + 0x2007, "tohost"},
    {BASE + 0x2008, NULL}, /* of known size: past its end */
};

START_TEST(address_has_the_symbol_it_is_in)
{
    struct file file = good_file();
    const struct symbol *found;
    struct image image;

    ck_assert(read_image(&image, &file, NULL));
    found = symbols_at(&image.symbols, places[_i].address);
    ck_assert_pstr_eq(found ? found->name : NULL, places[_i].name);
    image_release(&image);
}
END_TEST

START_TEST(symbols_are_found_by_name)
{
    struct file file = good_file();
    struct image image;

    ck_assert(read_image(&image, &file, NULL));
    ck_assert_uint_eq(image.symbols.count, 5);
    ck_assert_uint_eq(symbols_named(&image.symbols, "middle")->address, BASE + 8);
    ck_assert_uint_eq(symbols_named(&image.symbols, "SIZE")->address, BASE + 4);
    ck_assert_ptr_null(symbols_named(&image.symbols, "$x"));
    ck_assert_ptr_null(symbols_named(&image.symbols, "zzz"));
    ck_assert_ptr_null(symbols_named(&image.symbols, ""));
    image_release(&image);
}
END_TEST

START_TEST(no_symbols_means_none_found)
{
    struct symbols none = {0};

    symbols_sort(&none);
    ck_assert_ptr_null(symbols_at(&none, BASE));
    ck_assert_ptr_null(symbols_named(&none, "x"));
    symbols_release(&none);
}
END_TEST

START_TEST(rows_of_lines_reach_to_the_next_row)
{
    struct lines lines = {0};
    uint32_t file = lines_file(&lines, "a.s");

    lines_add(&lines, (struct line){0x108, LINE_NONE, 0});
    lines_add(&lines, (struct line){0x104, file, 5});
    lines_add(&lines, (struct line){0x100, file, 3});
    lines_add(&lines, (struct line){0x100, file, 4}); /* replaces line 3 */
    lines_add(&lines, (struct line){0x200, LINE_NONE, 0});
    lines_add(&lines, (struct line){0x200, file, 9}); /* begins where another ends */
    lines_sort(&lines);
    ck_assert_ptr_null(lines_at(&lines, 0xff));
    ck_assert_uint_eq(lines_at(&lines, 0x100)->line, 4);
    ck_assert_uint_eq(lines_at(&lines, 0x103)->line, 4);
    ck_assert_uint_eq(lines_at(&lines, 0x107)->line, 5);
    ck_assert_ptr_null(lines_at(&lines, 0x108));
    ck_assert_uint_eq(lines_at(&lines, 0x200)->line, 9);
    lines_release(&lines);
}
END_TEST

/* A line table of DWARF version 4: two files, four rows, an end. */
static const unsigned char line_table[] = {
    0x00, 0x00, 0x00, 0x00,             /* unit_length, set below */
    0x04, 0x00,                         /* version */
    0x00, 0x00, 0x00, 0x00,             /* header_length, set below */
    0x02, 0x01, 0x01, 0xfb, 0x0e, 0x0d, /* instruction lengths, bases, ranges */
    0,    1,    1,    1,    1,    0,    0,    0, 1, 0, 0,
    1,    /* operands of the standard opcodes */
    0x00, /* no directories */
    'o',  'n',  'e',  '.',  'c',  0,    0,    0, 0, /* file 1 */
    't',  'w',  'o',  '.',  'h',  0,    0,    0, 0, /* file 2 */
    0x00,                                           /* no more files: the header ends */
    0x00, 0x09, 0x02, 0,    0,    0,    0x80, 0, 0, 0, 0, /* set address 0x80000000 */
    0x03, 0x09, 0x01,                                     /* line 10, row */
    0x02, 0x02, 0x03, 0x01, 0x01,                         /* 4 bytes on: line 11, row */
    0x04, 0x02, 0x02, 0x02, 0x01,                         /* 4 bytes on: file 2, row */
    0x02, 0x02, 0x00, 0x01, 0x01,                         /* 4 bytes on: the end */
};

enum { LINES_AT = 0x1700, HEADER_END = 48 };

static const char section_names[] = "\0.debug_line\0.shstrtab";

static struct file file_with_lines(void)
{
    struct file file = good_file();
    uint32_t unit = sizeof(line_table) - 4, header = HEADER_END - 10;

    memcpy(file.bytes + LINES_AT, line_table, sizeof(line_table));
    memcpy(file.bytes + LINES_AT, &unit, 4);
    memcpy(file.bytes + LINES_AT + 6, &header, 4);
    memcpy(file.bytes + LINES_AT + 0x80, section_names, sizeof(section_names));
    section(&file, 1)->sh_name = 13;
    *section(&file, 3) = (Elf64_Shdr){.sh_name = 13,
                                      .sh_type = SHT_STRTAB,
                                      .sh_offset = LINES_AT + 0x80,
                                      .sh_size = sizeof(section_names)};
    *section(&file, 4) = (Elf64_Shdr){.sh_name = 1,
                                      .sh_type = SHT_PROGBITS,
                                      .sh_offset = LINES_AT,
                                      .sh_size = sizeof(line_table)};
    file.header.e_shnum = 5;
    return file;
}

static const struct {
    uint64_t address;
    const char *file; /* NULL: no line */
    unsigned line;
} line_rows[] = {
    {BASE - 1, NULL, 0},     {BASE, "one.c", 10},     {BASE + 3, "one.c", 10},
    {BASE + 4, "one.c", 11}, {BASE + 8, "two.h", 11}, {BASE + 12, NULL, 0},
};

START_TEST(line_tables_are_read)
{
    struct file file = file_with_lines();
    const struct line *line;
    struct image image;
    struct lines lines;

    ck_assert(read_image(&image, &file, NULL));
    image_lines(&image, &lines);
    line = lines_at(&lines, line_rows[_i].address);
    ck_assert_pstr_eq(line ? lines.file[line->file] : NULL, line_rows[_i].file);
    ck_assert_uint_eq(line ? line->line : 0, line_rows[_i].line);
    lines_release(&lines);
    image_release(&image);
}
END_TEST

START_TEST(image_without_line_tables_has_no_lines)
{
    struct file file = good_file();
    struct image image;
    struct lines lines;

    ck_assert(read_image(&image, &file, NULL));
    image_lines(&image, &lines);
    ck_assert_uint_eq(lines.count, 0);
    ck_assert_ptr_null(lines_at(&lines, BASE));
    image_release(&image);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, unusable_file_is_refused_with_its_reason, 0,
                        COUNT(refusals));
    tcase_add_test(tcase, every_cut_is_refused_or_harmless);
    tcase_add_test(tcase, segments_are_at_physical_addresses);
    tcase_add_test(tcase, entry_and_tohost_move_with_their_segment);
    tcase_add_test(tcase, raw_bytes_go_to_the_given_address);
    tcase_add_test(tcase, empty_file_is_refused);
    tcase_add_test(tcase, missing_file_is_named);
    tcase_add_test(tcase, source_text_is_no_raw_program);
    tcase_add_test(tcase, a_database_is_known_by_its_header);
    tcase_add_test(tcase, directory_is_refused);
    tcase_add_test(tcase, loading_fills_segments_and_zeroes_their_rest);
    tcase_add_test(tcase, segment_outside_ram_is_refused_and_nothing_is_loaded);
    tcase_add_test(tcase, headers_outside_ram_are_not_loaded);
    tcase_add_test(tcase, headers_within_ram_are_loaded);
    tcase_add_test(tcase, segment_without_sections_may_be_outside_ram);
    tcase_add_test(tcase, section_outside_ram_is_refused);
    tcase_add_loop_test(tcase, address_has_the_symbol_it_is_in, 0, COUNT(places));
    tcase_add_test(tcase, symbols_are_found_by_name);
    tcase_add_test(tcase, no_symbols_means_none_found);
    tcase_add_test(tcase, rows_of_lines_reach_to_the_next_row);
    tcase_add_loop_test(tcase, line_tables_are_read, 0, COUNT(line_rows));
    tcase_add_test(tcase, image_without_line_tables_has_no_lines);
}

TEST_MAIN("elf", add_tests)

/* The ELF files of `ringside asm`: read back, and read by GNU objdump and gdb. */
#include "image/elf_code.h"
#include "image/elf_write.h"
#include "image/image.h"
#include "tests/lib/gnu.h"
#include "tests/lib/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const text = "    .globl _start, main\n"      /* 1 */
                                "    .type main, @function\n"    /* 2 */
                                "_start:\n"                      /* 3 */
                                "    la sp, stack\n"             /* 4 */
                                "    call main\n"                /* 5 */
                                "1:  j 1b\n"                     /* 6 */
                                "main:\n"                        /* 7 */
                                "    li a0, 0x12345678; c.nop\n" /* 8 */
                                "    cbo.zero (a0)\n"            /* 9 */
                                "    ret\n"                      /* 10 */
                                "    .size main, . - main\n"     /* 11 */
                                "    .section .late, \"ax\"\n"   /* 12 */
                                "later: ecall\n"                 /* 13 */
                                "    .data\n"                    /* 14 */
                                "table: .dword 1, table\n"       /* 15 */
                                "    .equ LIMIT, 99\n"           /* 16 */
                                "    .bss\n"                     /* 17 */
                                "    .space 256\n"               /* 18 */
                                "stack:\n";                      /* 19 */

struct written {
    char folder[64], source[96], path[96];
    struct asm_program program;
};

/* The source stands beside the ELF file, where gdb looks for it. */
static void write_elf(struct written *w)
{
    struct err err = {0};
    FILE *source;

    strcpy(w->folder, "/tmp/ringside-elf-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(w->folder));
    snprintf(w->source, sizeof(w->source), "%s/test.s", w->folder);
    snprintf(w->path, sizeof(w->path), "%s/test.elf", w->folder);
    source = fopen(w->source, "w");
    ck_assert_ptr_nonnull(source);
    fputs(text, source);
    ck_assert_int_eq(fclose(source), 0);
    assemble_or_fail(&w->program, text);
    ck_assert_msg(elf_write(&w->program, w->folder, w->path, &err), "%s", err.text);
}

static void remove_elf(struct written *w)
{
    asm_free(&w->program);
    unlink(w->source);
    unlink(w->path);
    rmdir(w->folder);
}

static void open_elf(struct image *image, const struct written *w)
{
    struct err err = {0};

    ck_assert_msg(image_open(image, w->path, 0, &err), "%s", err.text);
    ck_assert(image->is_elf);
}

START_TEST(the_segments_are_the_sections)
{
    struct written w;
    struct image image;

    write_elf(&w);
    open_elf(&image, &w);
    ck_assert_uint_eq(image.entry, 0x80000000);
    ck_assert_uint_eq(image.segments, 4); /* .text, .late, .data, .bss */
    for (unsigned i = 0; i < image.segments; i++) {
        const struct segment *segment = &image.segment[i];
        bool found = false;

        for (size_t n = 0; n < w.program.section_count; n++) {
            const struct asm_section *section = &w.program.sections[n];

            if (section->address != segment->pa || section->size == 0)
                continue;
            found = true;
            ck_assert_uint_eq(segment->size, section->size);
            ck_assert_uint_eq(segment->filled, section->bytes ? section->size : 0);
            if (section->bytes)
                ck_assert_mem_eq(segment->bytes, section->bytes, section->size);
        }
        ck_assert(found);
    }
    image_release(&image);
    remove_elf(&w);
}
END_TEST

START_TEST(the_symbols_are_read_back)
{
    const struct symbol *symbol;
    struct written w;
    struct image image;

    write_elf(&w);
    open_elf(&image, &w);
    symbol = symbols_named(&image.symbols, "main");
    ck_assert_ptr_nonnull(symbol);
    ck_assert_uint_eq(symbol->address, asm_find(&w.program, "main")->value);
    ck_assert_uint_eq(symbol->size, 18);
    ck_assert(symbol->global && symbol->function);
    symbol = symbols_named(&image.symbols, "LIMIT");
    ck_assert(symbol && symbol->absolute && symbol->address == 99);
    symbol = symbols_named(&image.symbols, "table");
    ck_assert(symbol && !symbol->global && !symbol->absolute);
    image_release(&image);
    remove_elf(&w);
}
END_TEST

START_TEST(the_code_is_found_by_its_sections)
{
    struct code_section *sections;
    struct err err = {0};
    struct written w;
    struct image image;
    size_t count;

    write_elf(&w);
    open_elf(&image, &w);
    ck_assert(elf_code(&image, &sections, &count, &err));
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(sections[0].name, ".text");
    ck_assert_str_eq(sections[1].name, ".late");
    ck_assert_uint_eq(sections[1].size, 4);
    free(sections);
    image_release(&image);
    remove_elf(&w);
}
END_TEST

START_TEST(the_lines_are_read_back)
{
    struct lines lines = {0};
    struct written w;
    struct image image;

    write_elf(&w);
    open_elf(&image, &w);
    image_lines(&image, &lines);
    for (size_t i = 0; i < w.program.line_count; i++) {
        const struct line *line = lines_at(&lines, w.program.lines[i].address);

        ck_assert_ptr_nonnull(line);
        ck_assert_uint_eq(line->line, w.program.lines[i].line);
        ck_assert_ptr_nonnull(strstr(lines.file[line->file], "test.s"));
    }
    lines_release(&lines);
    image_release(&image);
    remove_elf(&w);
}
END_TEST

/* What a command prints, on one line after the other. */
static void run(struct buf *out, const char *command, const struct written *w)
{
    char line[256], whole[512];
    FILE *pipe;

    snprintf(whole, sizeof(whole), "cd %s && LC_ALL=C %s 2>&1", w->folder, command);
    pipe = popen(whole, "r");
    ck_assert_ptr_nonnull(pipe);
    while (fgets(line, sizeof(line), pipe))
        buf_text(out, line);
    ck_assert_msg(pclose(pipe) == 0, "%s: %s", whole, buf_str(out));
}

START_TEST(objdump_shows_every_instruction_under_its_line)
{
    struct buf out = {0};
    const char *at;
    struct written w;

    if (!gnu_installed())
        return;
    write_elf(&w);
    run(&out, "riscv64-unknown-elf-objdump -dl test.elf", &w);
    at = out.data;
    for (size_t i = 0; i < w.program.line_count; i++) {
        const struct asm_line *row = &w.program.lines[i];
        char line[128], address[64];

        snprintf(line, sizeof(line), "%s/test.s:%u\n", w.folder, row->line);
        snprintf(address, sizeof(address), "%8" PRIx64 ":\t", row->address);
        if (i == 0 || row->line != row[-1].line)
            at = strstr(at, line);
        ck_assert_msg(at != NULL, "no %s in %s", line, out.data);
        at = strstr(at, address);
        ck_assert_msg(at != NULL, "no %s in %s", address, out.data);
    }
    ck_assert_ptr_nonnull(strstr(out.data, "cbo.zero"));
    buf_free(&out);
    remove_elf(&w);
}
END_TEST

START_TEST(gdb_finds_lines_and_lists_the_source)
{
    struct buf out = {0};
    struct written w;

    if (system("command -v gdb-multiarch >/dev/null") != 0) {
        printf("not read by gdb: gdb-multiarch is missing\n");
        return;
    }
    write_elf(&w);
    run(&out,
        "gdb-multiarch -nx -batch -ex 'info line main' -ex 'info line *0x80000010' "
        "-ex 'info line later' -ex 'list 9,9' test.elf",
        &w);
    ck_assert_ptr_nonnull(out.data);
    ck_assert_msg(strstr(out.data, "Line 8 of \"test.s\" starts at address") != NULL,
                  "%s", out.data);
    ck_assert_msg(strstr(out.data, "Line 6 of \"test.s\" starts at address 0x80000010"),
                  "%s", out.data);
    ck_assert_msg(strstr(out.data, "Line 13 of \"test.s\"") != NULL, "%s", out.data);
    ck_assert_msg(strstr(out.data, "9\t    cbo.zero (a0)") != NULL, "%s", out.data);
    buf_free(&out);
    remove_elf(&w);
}
END_TEST

START_TEST(a_file_that_cannot_be_written_is_told)
{
    struct asm_program program;
    struct err err = {0};

    assemble_or_fail(&program, "nop\n");
    ck_assert(!elf_write(&program, "/", "/nonexistent/x.elf", &err));
    ck_assert_str_eq(err.text,
                     "cannot write '/nonexistent/x.elf': No such file or directory");
    asm_free(&program);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, the_segments_are_the_sections);
    tcase_add_test(tcase, the_symbols_are_read_back);
    tcase_add_test(tcase, the_code_is_found_by_its_sections);
    tcase_add_test(tcase, the_lines_are_read_back);
    tcase_add_test(tcase, objdump_shows_every_instruction_under_its_line);
    tcase_add_test(tcase, gdb_finds_lines_and_lists_the_source);
    tcase_add_test(tcase, a_file_that_cannot_be_written_is_told);
}

TEST_MAIN("asm: ELF files", add_tests)

#include "tests/lib/gnu.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOOLS "riscv64-unknown-elf-"
#define MARCH "rv64imach_zicsr_zifencei_zihintpause_zicbom_zicboz"

bool gnu_installed(void)
{
    bool installed = system("command -v " TOOLS "as " TOOLS "ld " TOOLS "objcopy " TOOLS
                            "objdump >/dev/null") == 0;

    if (!installed) {
        printf("not compared with GNU: " TOOLS "as, ld and objcopy are missing\n");
        fflush(stdout); /* Check ends a test's process without that */
    }
    return installed;
}

void assemble_or_fail(struct asm_program *program, const char *text)
{
    struct asm_source source = {text, strlen(text), "test.s", 1};
    struct asm_layout layout = {.text = 0x80000000};
    struct buf wrong = {0};

    asm_assemble(program, &source, &layout);
    for (size_t i = 0; i < program->diagnostic_count; i++)
        asm_diagnostic_text(&program->diagnostics[i], &wrong);
    ck_assert_msg(wrong.size == 0, "%s", buf_str(&wrong));
    buf_free(&wrong);
}

static void run(const char *folder, const char *command)
{
    struct buf line = {0};

    buf_printf(&line, "cd %s && %s", folder, command);
    ck_assert_msg(system(line.data) == 0, "%s", line.data);
    buf_free(&line);
}

static FILE *open_in(const char *folder, const char *name, const char *mode)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, mode);
    ck_assert_ptr_nonnull(file);
    return file;
}

static void link_at_the_same_addresses(const char *folder,
                                       const struct asm_program *program)
{
    struct buf command = {0};

    buf_text(&command, TOOLS "ld --no-relax -e 0 --no-warn-rwx-segments -o gnu test.o");
    for (size_t i = 0; i < program->section_count; i++)
        if (program->sections[i].flags & ASM_ALLOC)
            buf_printf(&command, " --section-start=%s=0x%" PRIx64,
                       program->sections[i].name, program->sections[i].address);
    run(folder, command.data);
    buf_free(&command);
}

static unsigned line_of(const struct asm_program *program, int section,
                        uint64_t address)
{
    unsigned line = 0;

    for (size_t i = 0; i < program->line_count; i++)
        if (program->lines[i].section == section &&
            program->lines[i].address <= address)
            line = program->lines[i].line;
    return line;
}

static char *text_of_line(const char *text, unsigned line)
{
    while (line-- > 1 && text)
        text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL;
    return text ? strndup(text, strcspn(text, "\n")) : strdup("");
}

static void compare_section(const struct asm_program *program, int number,
                            const char *text, const unsigned char *theirs, size_t size)
{
    const struct asm_section *ours = &program->sections[number];

    for (size_t i = 0; i < size && i < ours->size; i++) {
        uint64_t address = ours->address + i;
        unsigned line;

        if (ours->bytes[i] == theirs[i])
            continue;
        line = line_of(program, number, address);
        ck_abort_msg("%s at 0x%" PRIx64 ": 0x%02x, GNU has 0x%02x; line %u: %s",
                     ours->name, address, ours->bytes[i], theirs[i], line,
                     text_of_line(text, line));
    }
    ck_assert_msg(size == ours->size,
                  "%s has %" PRIu64 " bytes, GNU's has %zu; equal until then",
                  ours->name, ours->size, size);
}

static void compare_with_file(const char *folder, const struct asm_program *program,
                              int number, const char *text)
{
    const struct asm_section *ours = &program->sections[number];
    unsigned char *theirs = malloc(ours->size + 65536);
    struct buf command = {0};
    FILE *file;

    buf_printf(&command, TOOLS "objcopy -O binary -j %s gnu section.bin", ours->name);
    run(folder, command.data);
    file = open_in(folder, "section.bin", "rb");
    compare_section(program, number, text, theirs,
                    fread(theirs, 1, ours->size + 65536, file));
    fclose(file);
    free(theirs);
    buf_free(&command);
}

void gnu_compare(const struct asm_program *program, const char *text)
{
    char folder[] = "/tmp/ringside-gnu-XXXXXX";
    FILE *file;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    file = open_in(folder, "test.s", "w");
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
    run(folder, TOOLS "as -march=" MARCH " -mno-relax -o test.o test.s");
    link_at_the_same_addresses(folder, program);
    for (size_t i = 0; i < program->section_count; i++)
        if (program->sections[i].bytes && program->sections[i].size)
            compare_with_file(folder, program, (int)i, text);
    run(folder, "rm -f test.s test.o gnu section.bin");
    ck_assert_int_eq(rmdir(folder), 0);
}

void same_as_gnu(const char *text)
{
    struct asm_program program;

    assemble_or_fail(&program, text);
    gnu_compare(&program, text);
    asm_free(&program);
}

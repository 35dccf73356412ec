#include "tests/lib/objdump.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOOLS "riscv64-unknown-elf-"
#define MARCH "rv64imach_zicsr_zifencei_zihintpause_zicbom_zicboz"

bool objdump_installed(void)
{
    bool installed = system("command -v " TOOLS "objdump " TOOLS "as >/dev/null") == 0;

    if (!installed) {
        printf("not compared with GNU: " TOOLS "objdump and " TOOLS "as are missing\n");
        fflush(stdout); /* Check ends a test's process without that */
    }
    return installed;
}

static void run(const char *folder, const char *command)
{
    char line[512];

    snprintf(line, sizeof(line), "cd %s && %s", folder, command);
    ck_assert_msg(system(line) == 0, "%s", line);
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

static void write_code(const char *folder, const uint32_t *encodings, size_t count)
{
    FILE *code = open_in(folder, "code.bin", "wb");
    FILE *source;

    for (size_t i = 0; i < count; i++) {
        bool is_short = (encodings[i] & 3) != 3;
        uint32_t word = is_short ? (encodings[i] & 0xffff) | 0x00010000 : encodings[i];
        unsigned char bytes[4];

        for (int byte = 0; byte < 4; byte++)
            bytes[byte] = (unsigned char)(word >> 8 * byte);
        fwrite(bytes, 1, sizeof(bytes), code);
    }
    ck_assert_int_eq(fclose(code), 0);

    /* An object file, since its attributes are what enables extensions in objdump. */
    source = open_in(folder, "code.s", "w");
    fputs(".incbin \"code.bin\"\n", source);
    ck_assert_int_eq(fclose(source), 0);
    run(folder, TOOLS "as -march=" MARCH " -o code.o code.s");
}

/* objdump leaves the 0x of a target out where it can name the place: "j 1e004 <f+0x4>". */
static size_t add_0x(char *text, size_t length)
{
    size_t at = length;

    while (at && text[at - 1] != ',' && text[at - 1] != ' ')
        at--;
    memmove(text + at + 2, text + at, length - at);
    text[at] = '0';
    text[at + 1] = 'x';
    return length + 2;
}

/* Copies the text of a line, in the form that objdump_texts promises. */
static void tidy(char *to, const char *from)
{
    size_t length = 0;

    for (; *from && *from != '\n' && *from != '#' && *from != '<'; from++) {
        bool blank = *from == ' ' || *from == '\t';

        if (length + 3 >= OBJDUMP_TEXT)
            ck_abort_msg("too long: %s", from);
        if (!blank || (length && to[length - 1] != ' '))
            to[length++] = blank ? ' ' : *from;
    }
    while (length && to[length - 1] == ' ')
        length--;
    if (*from == '<')
        length = add_0x(to, length);
    to[length] = '\0';
}

/* "    80000004:\t00b50533          \tadd\ta0,a0,a1" */
static void read_line(const char *line, size_t count, char (*texts)[OBJDUMP_TEXT])
{
    char *end;
    uint64_t address = strtoull(line, &end, 16);
    uint64_t at = address - OBJDUMP_PC;
    const char *text;

    if (end == line || *end != ':' || at % 4 != 0 || at / 4 >= count)
        return;
    text = strchr(end, '\t');
    text = text ? strchr(text + 1, '\t') : NULL;
    if (text)
        tidy(texts[at / 4], text + 1);
}

void objdump_texts(const uint32_t *encodings, size_t count, bool aliases,
                   char (*texts)[OBJDUMP_TEXT])
{
    char folder[] = "/tmp/ringside-objdump-XXXXXX";
    char command[256], line[256];
    FILE *pipe;

    memset(texts, 0, count * sizeof(*texts));
    ck_assert_ptr_nonnull(mkdtemp(folder));
    write_code(folder, encodings, count);
    snprintf(command, sizeof(command),
             "cd %s && LC_ALL=C " TOOLS "objdump -D -z -j .text %s "
             "--adjust-vma=0x%" PRIx64 " code.o",
             folder, aliases ? "" : "-M no-aliases", OBJDUMP_PC);
    pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    while (fgets(line, sizeof(line), pipe))
        read_line(line, count, texts);
    ck_assert_int_eq(pclose(pipe), 0);
    run(folder, "rm code.bin code.s code.o");
    ck_assert_int_eq(rmdir(folder), 0);
}

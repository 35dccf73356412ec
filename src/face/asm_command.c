#include "face/asm_command.h"

#include "base/buf.h"
#include "base/clean.h"
#include "face/options.h"
#include "image/elf_code.h"
#include "image/elf_write.h"
#include "image/image.h"
#include "machine/isa/asm/asm.h"
#include "machine/isa/isa.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where programs are put that do not say it: the start of the board's RAM. */
#define START UINT64_C(0x80000000)

static bool one_operand(int argc, char **argv, struct err *err)
{
    if (argc == 0)
        return err_set(err, "no file given");
    return argc == 1 ||
           err_set(err, "one file at a time: '%s' and '%s'", argv[0], argv[1]);
}

/* --- asm ---------------------------------------------------------------------------- */

struct assembling {
    const char *file, *out;
    struct asm_layout layout;
};

static void print_diagnostics(const struct asm_program *program, struct err *err)
{
    struct buf text = {0};

    for (size_t i = 0; i < program->diagnostic_count; i++)
        asm_diagnostic_text(&program->diagnostics[i], &text);
    print_clean(stderr, buf_str(&text));
    err_set(err, "'%s' has %s%zu error%s", program->file,
            program->diagnostic_count == ASM_DIAGNOSTICS_MAX ? "at least " : "",
            program->diagnostic_count, program->diagnostic_count == 1 ? "" : "s");
    buf_free(&text);
}

static bool write_program(const struct asm_program *program, const char *out,
                          struct err *err)
{
    char *directory = getcwd(NULL, 0);
    bool done;

    if (!directory)
        return err_set(err, "cannot tell the working directory: %s", strerror(errno));
    done = elf_write(program, directory, out, err);
    free(directory);
    return done;
}

/* No text has a zero byte; a program that is assembled already does. */
static bool read_source(const char *file, uint8_t **text, size_t *size, struct err *err)
{
    if (!image_read_file(file, text, size, err))
        return false;
    if (!memchr(*text, 0, *size))
        return true;
    free(*text);
    err_set(err, "cannot assemble '%s': it is not a text", file);
    return false;
}

/* The status; the program's mistakes are told with their lines before `err` is. */
static int assemble(const struct assembling *job, struct err *err)
{
    struct asm_program program;
    int status = STATUS_OK;
    uint8_t *text;
    size_t size;

    if (!read_source(job->file, &text, &size, err))
        return STATUS_USAGE;

    struct asm_source source = {
        .text = (const char *)text, .size = size, .file = job->file, .first_line = 1};

    if (!asm_assemble(&program, &source, &job->layout)) {
        print_diagnostics(&program, err);
        status = STATUS_USAGE;
    } else if (!write_program(&program, job->out, err)) {
        status = STATUS_FAILED;
    }
    asm_free(&program);
    free(text);
    return status;
}

int command_asm(int argc, char **argv)
{
    struct assembling job = {.out = "a.out", .layout.text = START};
    const struct option_row rows[] = {
        {'o', "output", OPTION_TEXT, &job.out, "FILE", "the ELF file (default a.out)"},
        {0, "text", OPTION_NUMBER, &job.layout.text, "ADDRESS",
         "where .text begins (default 0x80000000)"},
        {0, "data", OPTION_NUMBER, &job.layout.data, "ADDRESS",
         "where .data begins (default: the page after .rodata)"},
        {0, "bss", OPTION_NUMBER, &job.layout.bss, "ADDRESS",
         "where .bss begins (default: the page after .data)"},
        {0},
    };
    const struct usage usage = {
        .name = "asm",
        .operands = "FILE",
        .summary =
            "Assembles a file in GNU syntax for RV64IMAC with H to an ELF executable "
            "with\nsymbols and source lines. It starts at _start, or where .text "
            "begins.",
        .rows = rows,
    };
    struct err err = {0};
    int status;

    if (!options_parse(&usage, &argc, &argv, &status))
        return status;
    if (job.layout.text & 1) {
        err_set(&err,
                "--text: an instruction cannot stand at the odd address 0x%" PRIx64,
                job.layout.text);
        status = STATUS_USAGE;
    } else if (one_operand(argc, argv, &err)) {
        job.file = argv[0];
        status = assemble(&job, &err);
    } else {
        status = STATUS_USAGE;
    }
    if (err.text[0]) {
        err_prefix(&err, "asm");
        report_error(status, &err);
    }
    return status;
}

/* --- disasm ------------------------------------------------------------------------- */

struct listing {
    const struct symbols *symbols;
    bool aliases;
};

/* "<main>:" before the first instruction that the symbol names. */
static void print_label(const struct listing *listing, uint64_t address)
{
    const struct symbol *symbol = symbols_at(listing->symbols, address);

    if (symbol && symbol->address == address)
        printf("\n%016" PRIx64 " <%s>:\n", address, symbol->name);
}

/* " <main+0x8>" after a branch or jump, where the program has a symbol for its target. */
static void print_target(const struct listing *listing, const struct insn *insn,
                         uint64_t pc)
{
    uint64_t target = pc + (uint64_t)(int64_t)insn->imm;
    const struct symbol *symbol;

    if (insn_infos[insn->op].class != CLASS_BRANCH && insn->op != OP_JAL)
        return;
    symbol = symbols_at(listing->symbols, target);
    if (!symbol)
        return;
    if (symbol->address == target)
        printf(" <%s>", symbol->name);
    else
        printf(" <%s+0x%" PRIx64 ">", symbol->name, target - symbol->address);
}

static uint32_t bits_at(const struct code_section *code, uint64_t at)
{
    uint32_t bits = 0;

    for (unsigned i = 0; i < 4 && at + i < code->size; i++)
        bits |= (uint32_t)code->bytes[at + i] << (8 * i);
    return bits;
}

static void print_instruction(const struct listing *listing, const struct insn *insn,
                              uint64_t pc)
{
    char text[128];

    insn_text(text, sizeof(text), insn, pc, listing->aliases);
    printf("%12" PRIx64 ":\t%0*" PRIx32 "%*s\t%s", pc, insn->length * 2, insn->bits,
           8 - insn->length * 2, "", text);
    print_target(listing, insn, pc);
    putchar('\n');
}

static void print_section(const struct listing *listing,
                          const struct code_section *code)
{
    printf("\nDisassembly of section %s:\n", code->name);
    if (!listing->symbols->count)
        putchar('\n');
    for (uint64_t at = 0; at < code->size;) {
        struct insn insn = insn_decode(bits_at(code, at));
        uint64_t pc = code->address + at;

        print_label(listing, pc);
        if (code->size - at >= insn.length) {
            print_instruction(listing, &insn, pc);
            at += insn.length;
        } else { /* the section ends within an instruction */
            printf("%12" PRIx64 ":\t%02x      \t.byte\t0x%02x\n", pc, code->bytes[at],
                   code->bytes[at]);
            at++;
        }
    }
}

static bool list_elf(const struct image *image, const struct listing *listing,
                     struct err *err)
{
    struct code_section *sections = NULL;
    size_t count = 0;
    bool done = elf_code(image, &sections, &count, err);

    for (size_t i = 0; done && i < count; i++)
        print_section(listing, &sections[i]);
    free(sections);
    return done;
}

static bool disassemble(const char *file, uint64_t base, bool no_aliases,
                        struct err *err)
{
    struct image image;
    struct listing listing = {.symbols = &image.symbols, .aliases = !no_aliases};
    bool done = true;

    if (!image_open(&image, file, base, err))
        return false;
    if (image.is_elf) {
        done = list_elf(&image, &listing, err);
    } else {
        struct code_section all = {"raw", base, image.file_size, image.file};

        print_section(&listing, &all);
    }
    image_release(&image);
    return done;
}

int command_disasm(int argc, char **argv)
{
    uint64_t base = START;
    bool no_aliases = false;
    const struct option_row rows[] = {
        {0, "base", OPTION_NUMBER, &base, "ADDRESS",
         "where the first byte of a raw file is (default 0x80000000)"},
        {0, "no-aliases", OPTION_FLAG, &no_aliases, NULL,
         "instructions by their own names, not 'li' for 'addi'"},
        {0},
    };
    const struct usage usage = {
        .name = "disasm",
        .operands = "FILE",
        .summary = "Lists the instructions of an ELF file's executable sections, or of "
                   "a raw file.",
        .rows = rows,
    };
    struct err err = {0};
    int status;

    if (!options_parse(&usage, &argc, &argv, &status))
        return status;
    if (one_operand(argc, argv, &err) && disassemble(argv[0], base, no_aliases, &err))
        return STATUS_OK;
    err_prefix(&err, "disasm");
    return report_error(STATUS_USAGE, &err);
}

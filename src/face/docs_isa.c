/* The tables of the instruction set, as Markdown. */
#include "face/docs_isa.h"

#include "machine/isa/asm/directives.h"
#include "machine/isa/asm/pseudo.h"
#include "machine/isa/csr.h"
#include "machine/isa/formats.h"

#include <stdio.h>
#include <string.h>

/* In a cell of a table a bar would end the cell. */
static void print_cell(const char *text)
{
    for (; *text; text++)
        printf(*text == '|' ? "\\%c" : "%c", *text);
}

/* "rd,rs1,imm" as people write it: "rd, rs1, imm". */
static void print_operands(const char *operands)
{
    for (; *operands; operands++)
        printf(*operands == ',' ? "%c " : "%c", *operands);
}

void docs_instructions(void)
{
    printf("| instruction | effect | extension | format |\n"
           "| --- | --- | --- | --- |\n");
    for (unsigned op = OP_ILLEGAL + 1; op < OPS; op++) {
        const struct insn_info *info = &insn_infos[op];
        const struct insn_layout *layout = &insn_layouts[info->format];

        printf("| `%s%s", info->name, layout->operands[0] ? " " : "");
        print_operands(layout->operands);
        printf("` | ");
        print_cell(info->effect);
        printf(" | %s | %s |\n", info->extension, layout->name);
    }
}

void docs_pseudos(void)
{
    printf("| written | stands for |\n| --- | --- |\n");
    for (size_t i = 0; i < pseudo_count; i++) {
        printf("| `%s%s", pseudos[i].name, pseudos[i].form[0] ? " " : "");
        print_operands(pseudos[i].form);
        printf("` | ");
        if (!pseudos[i].expansion) {
            printf("the fewest instructions that give the value |\n");
            continue;
        }
        printf("`");
        for (const char *at = pseudos[i].expansion; *at; at++)
            printf(*at == ';' || *at == ',' ? "%c " : "%c", *at);
        printf("` |\n");
    }
}

/* Directives that do the same stand in one row. */
static size_t same_directives(size_t first)
{
    size_t count = 1;

    while (first + count < directive_count && directives[first + count].help &&
           directives[first + count].read == directives[first].read &&
           strcmp(directives[first + count].help, directives[first].help) == 0)
        count++;
    return count;
}

void docs_directives(void)
{
    printf("| directive | operands | what it does |\n| --- | --- | --- |\n");
    for (size_t i = 0, count; i < directive_count; i += count) {
        count = 1;
        if (!directives[i].help)
            continue;
        count = same_directives(i);
        for (size_t j = 0; j < count; j++)
            printf("%s`%s`", j ? ", " : "| ", directives[i + j].name);
        if (directives[i].operands[0])
            printf(" | `%s`", directives[i].operands);
        else
            printf(" |");
        printf(" | %s |\n", directives[i].help);
    }
}

/* The length of a CSR's name without the number at its end. */
static size_t stem(const char *name)
{
    size_t length = strlen(name);

    while (length && name[length - 1] >= '0' && name[length - 1] <= '9')
        length--;
    return length;
}

/* How many CSRs from `first` on differ only in the number at the end of their names. */
static size_t alike(size_t first)
{
    const struct csr_info *info = &csr_infos[first];
    size_t length = stem(info->name), count = 1;

    while (first + count < csr_infos_count && info->name[length] &&
           csr_infos[first + count].number == info->number + count &&
           stem(csr_infos[first + count].name) == length &&
           strncmp(csr_infos[first + count].name, info->name, length) == 0)
        count++;
    return count;
}

static void print_csr_fields(const struct csr_info *info)
{
    printf("\n### %s (0x%03x)\n\n| bits | field | what it is |\n| --- | --- | --- |\n",
           info->name, info->number);
    for (const struct csr_field *field = info->fields; field->name; field++) {
        if (field->hi == field->lo)
            printf("| %u", field->lo);
        else
            printf("| %u:%u", field->hi, field->lo);
        printf(" | %s | %s |\n", field->name, field->help);
    }
}

/* The lowest mode that may access a CSR, and whether it can be written, are in its
 * number. */
static void print_csr_row(const struct csr_info *info, const struct csr_info *last)
{
    static const char modes[] = "USHM";

    printf("| 0x%03x", info->number);
    if (last != info)
        printf(" to 0x%03x", last->number);
    printf(" | `%s`", info->name);
    if (last != info)
        printf(" to `%s`", last->name);
    printf(" | %c | %s | %s%s | %s |\n", modes[info->number >> 8 & 3],
           info->number >> 10 == 3 ? "RO" : "RW", info->help,
           last != info ? ", and so on" : "", info->section);
}

void docs_csrs(void)
{
    printf("| number | name | from mode | access | what it is | section |\n"
           "| --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0, count; i < csr_infos_count; i += count) {
        count = alike(i);
        print_csr_row(&csr_infos[i], &csr_infos[i + count - 1]);
    }
    for (size_t i = 0; i < csr_infos_count; i++)
        if (csr_infos[i].fields)
            print_csr_fields(&csr_infos[i]);
}

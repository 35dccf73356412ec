#include "machine/isa/asm/asm.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "machine/isa/asm/assembler.h"
#include "machine/isa/asm/diagnostics.h"
#include "machine/isa/asm/directives.h"
#include "machine/isa/asm/emit.h"
#include "machine/isa/asm/equate.h"
#include "machine/isa/asm/expr.h"
#include "machine/isa/asm/instruction.h"
#include "machine/isa/asm/items.h"
#include "machine/isa/asm/layout.h"
#include "machine/isa/asm/lexer.h"
#include "machine/isa/asm/symbols.h"

#include <stdlib.h>
#include <string.h>

/*
 * The way of a program: statement_read (lexer.c), directive_read (directives.c) and
 * instruction_read (instruction.c) make items; asm_lay_out (layout.c) gives them addresses;
 * asm_emit (emit.c) their bytes. What is found wrong on the way is collected, and nothing
 * stops before the end.
 */

static void read_labels(struct assembler *as)
{
    while ((as->token->kind == TOKEN_NAME || as->token->kind == TOKEN_NUMBER) &&
           as->token[1].kind == ':') {
        symbol_label(as, as->token);
        as->token += 2;
    }
}

/* name = expression, for which == says that it has the name for good */
static bool read_assignment(struct assembler *as)
{
    const struct token *name = as->token;
    const struct expr *expr;
    enum symbol_state state = name[1].kind == '=' ? SYMBOL_EQUATED : SYMBOL_CONSTANT;

    as->token += 2;
    expr = expr_read(as);
    return expr && token_expect(as, TOKEN_END, "the end of the statement") &&
           symbol_equate(as, name, state, expr);
}

static bool interpret(struct assembler *as)
{
    const struct token *token = as->token;

    if (token->kind == TOKEN_END)
        return true;
    if (token->kind != TOKEN_NAME)
        return asm_fault(as, token->place,
                         "expected a label, an instruction or a directive");
    if (token[1].kind == '=' || token[1].kind == PAIR('=', '='))
        return read_assignment(as);
    if (token->place.at[0] == '.')
        return directive_read(as);
    return instruction_read(as);
}

/* Code ends as GNU as ends it: with nops up to its alignment. */
static void end_sections(struct assembler *as)
{
    for (size_t i = 0; i < as->section_count; i++) {
        if (!(as->sections[i].flags & ASM_EXEC))
            continue;
        as->section = (int)i;
        item_add(as, ITEM_ALIGN, (struct place){as->at, as->line})->unit =
            BIT(as->sections[i].align_log2);
    }
}

static void first_pass(struct assembler *as)
{
    while (statement_read(as)) {
        read_labels(as);
        asm_forget_fault(as);
        if (!as->broken && !interpret(as))
            asm_report_fault(as);
    }
    end_sections(as);
}

/* The sections that every program has, the first of them current. */
static void begin(struct assembler *as, struct asm_program *program,
                  const struct asm_source *source, const struct asm_layout *layout)
{
    *as = (struct assembler){.source = source,
                             .program = program,
                             .layout = *layout,
                             .at = source->text,
                             .line = source->first_line ? source->first_line : 1};
    as->last_symbol = &as->first_symbol;
    section_named(as, ".text", 5, ASM_ALLOC | ASM_EXEC);
    section_named(as, ".data", 5, ASM_ALLOC | ASM_WRITE);
    section_named(as, ".bss", 4, ASM_ALLOC | ASM_WRITE | ASM_NOBITS);
    as->sections[0].align_log2 = 1;
}

static void give_sections(struct assembler *as)
{
    struct asm_program *program = as->program;

    program->sections = alloc_zero(as->section_count, sizeof(*program->sections));
    program->section_count = as->section_count;
    for (size_t i = 0; i < as->section_count; i++) {
        struct section *section = &as->sections[i];

        program->sections[i] = (struct asm_section){.name = alloc_string(section->name),
                                                    .flags = section->flags,
                                                    .align_log2 = section->align_log2,
                                                    .address = section->address,
                                                    .size = section->size,
                                                    .bytes = section->bytes};
        section->bytes = NULL;
    }
}

static void give_symbol(struct assembler *as, const struct symbol *symbol)
{
    struct asm_program *program = as->program;
    struct asm_symbol *given = &program->symbols[program->symbol_count++];
    struct expr expr = {.kind = EXPR_SYMBOL, .place = symbol->place};
    struct symbol copy = *symbol;

    expr.symbol = &copy;
    *given = (struct asm_symbol){.name = alloc_string(symbol->name),
                                 .section = ASM_ABSOLUTE,
                                 .type = symbol->type,
                                 .global = symbol->global,
                                 .weak = symbol->weak};
    if (symbol->state == SYMBOL_LABEL)
        given->section = as->items[symbol->item].section;
    expr_evaluate(as, &expr, false, &given->value);
    if (symbol->size)
        expr_evaluate(as, symbol->size, true, &given->size);
}

static void give_symbols(struct assembler *as)
{
    as->program->symbols = alloc_zero(as->symbol_count, sizeof(*as->program->symbols));
    for (const struct symbol *symbol = as->first_symbol; symbol; symbol = symbol->next)
        if (symbol->state != SYMBOL_UNDEFINED && !symbol_is_local(symbol))
            give_symbol(as, symbol);
}

static void give_lines(struct assembler *as)
{
    struct asm_program *program = as->program;

    program->lines = alloc_zero(as->item_count, sizeof(*program->lines));
    for (size_t i = 0; i < as->item_count; i++) {
        const struct item *item = &as->items[i];

        if ((item->kind == ITEM_INSN || item->kind == ITEM_LI) &&
            (as->sections[item->section].flags & ASM_EXEC))
            program->lines[program->line_count++] =
                (struct asm_line){.address = item_address(as, item),
                                  .line = item->place.line,
                                  .section = item->section};
    }
}

static uint64_t entry_of(const struct asm_program *program)
{
    const struct asm_symbol *start = asm_find(program, "_start");

    return start ? start->value : program->sections[0].address;
}

static void end(struct assembler *as)
{
    for (size_t i = 0; i < as->section_count; i++)
        free(as->sections[i].bytes);
    free(as->sections);
    free(as->items);
    free(as->tokens);
    buf_free(&as->fault.text);
    symbol_table_free(as);
    arena_free(&as->arena);
}

bool asm_assemble(struct asm_program *program, const struct asm_source *source,
                  const struct asm_layout *layout)
{
    struct assembler as;

    *program = (struct asm_program){.file = alloc_string(source->file)};
    begin(&as, program, source, layout);
    first_pass(&as);
    if (asm_lay_out(&as)) {
        asm_emit(&as);
        give_symbols(&as);
        give_lines(&as);
    }
    give_sections(&as);
    program->entry = entry_of(program);
    asm_sort_diagnostics(program);
    end(&as);
    return program->diagnostic_count == 0;
}

void asm_free(struct asm_program *program)
{
    for (size_t i = 0; i < program->section_count; i++) {
        free(program->sections[i].name);
        free(program->sections[i].bytes);
    }
    for (size_t i = 0; i < program->symbol_count; i++)
        free(program->symbols[i].name);
    for (size_t i = 0; i < program->diagnostic_count; i++) {
        free(program->diagnostics[i].file);
        free(program->diagnostics[i].message);
        free(program->diagnostics[i].source);
    }
    free(program->sections);
    free(program->symbols);
    free(program->lines);
    free(program->diagnostics);
    free(program->file);
    *program = (struct asm_program){0};
}

const struct asm_symbol *asm_find(const struct asm_program *program, const char *name)
{
    for (size_t i = 0; i < program->symbol_count; i++)
        if (strcmp(program->symbols[i].name, name) == 0)
            return &program->symbols[i];
    return NULL;
}

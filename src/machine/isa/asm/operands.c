#include "machine/isa/asm/operands.h"

#include "machine/isa/asm/diagnostics.h"
#include "machine/isa/asm/expr.h"
#include "machine/isa/asm/lexer.h"
#include "machine/isa/csr.h"

#include <string.h>

/* What is being read, for the fault that tells what was expected. */
struct reading {
    struct assembler *as;
    const char *mnemonic, *form;
    const struct insn_layout *layout;
    struct operands *operands;
};

/* "add takes rd, rs1, rs2" */
static bool not_as_expected(struct reading *r, struct place place, const char *what)
{
    struct buf form = {0};

    for (const char *c = r->form; *c; c++) {
        buf_char(&form, *c);
        if (*c == ',')
            buf_char(&form, ' ');
    }
    if (form.size)
        asm_fault(r->as, place, "%s; '%s' is written '%s %s'", what, r->mnemonic,
                  r->mnemonic, form.data);
    else
        asm_fault(r->as, place, "%s; '%s' takes no operands", what, r->mnemonic);
    buf_free(&form);
    return false;
}

const char *form_word(const char **form, size_t *length)
{
    const char *word = *form + strspn(*form, " ,()");

    *length = strcspn(word, " ,()");
    *form = word + *length;
    return *length ? word : NULL;
}

static int register_of(const struct token *token)
{
    return token->kind == TOKEN_NAME ? xreg_by_name(token->place.at, token->length)
                                     : -1;
}

static bool no_register(struct reading *r, const struct token *token)
{
    struct assembler *as = r->as;
    struct nearest nearest = asm_nearest(as, token->place.at, token->length);
    struct buf what = {0};

    buf_text(&what, "expected a register");
    if (token->kind == TOKEN_NAME) {
        for (int i = 0; i < 32; i++)
            nearest_offer(&nearest, xreg_names[i]);
        buf_printf(&what, ", not '%s'%s", nearest.wanted, asm_hint(as, &nearest));
    }
    not_as_expected(r, token->place, what.data);
    buf_free(&what);
    return false;
}

/* Compressed formats name x8 to x15, or one register only. */
static bool field_holds(const struct reg_place *field, unsigned number)
{
    return number >= field->base && number < field->base + (1U << field->width);
}

static bool read_register(struct reading *r, unsigned *number,
                          const struct reg_place *field)
{
    const struct token *token = r->as->token;
    int found = register_of(token);

    if (found < 0)
        return no_register(r, token);
    *number = (unsigned)found;
    if (field && !field_holds(field, *number))
        return field->width
                   ? asm_fault(r->as, token->place,
                               "%s can name s0, s1 and a0 to a5 only here", r->mnemonic)
                   : asm_fault(r->as, token->place, "this operand of %s is always %s",
                               r->mnemonic, xreg_names[field->base]);
    r->as->token++;
    return true;
}

/* %hi(...) and its like, of which `names` are the ones that can stand here. */
struct relocation {
    const char *name;
    enum imm_use use;
};

static const struct relocation high_parts[] = {{"hi", IMM_HI},
                                               {"pcrel_hi", IMM_PCREL_HI}};
static const struct relocation low_parts[] = {{"lo", IMM_LO},
                                              {"pcrel_lo", IMM_PCREL_LO}};

static bool read_relocation(struct reading *r, const struct relocation *two)
{
    struct assembler *as = r->as;
    const struct token *name = ++as->token;

    for (int i = 0; i < 2; i++) {
        if (name->kind != TOKEN_NAME || !token_is(name, two[i].name))
            continue;
        as->token++;
        r->operands->use = two[i].use;
        return token_expect(as, '(', "'('") && (r->operands->imm = expr_read(as)) &&
               token_expect(as, ')', "')'");
    }
    return asm_fault(as, name->place, "only %%%s() and %%%s() can stand here",
                     two[0].name, two[1].name);
}

/* A lone register where a number must stand is a slip, not a symbol. */
static bool read_immediate(struct reading *r, const struct relocation *two)
{
    struct assembler *as = r->as;

    if (register_of(as->token) >= 0)
        return not_as_expected(r, as->token->place,
                               "expected an immediate, not a register");
    if (two && as->token->kind == '%')
        return read_relocation(r, two);
    r->operands->use = IMM_VALUE;
    if (as->token->kind == TOKEN_END || as->token->kind == ',')
        return not_as_expected(r, as->token->place, "an operand is missing");
    r->operands->imm = expr_read(as);
    return r->operands->imm != NULL;
}

/* The 0 of 0(a0) may be left out. */
static bool read_offset(struct reading *r)
{
    const struct token *token = r->as->token;

    if (token->kind == '(' && register_of(token + 1) >= 0 && token[2].kind == ')') {
        r->operands->use = IMM_VALUE;
        r->operands->imm = expr_number(r->as, 0, token->place);
        return true;
    }
    return read_immediate(r, low_parts);
}

static bool read_target(struct reading *r)
{
    struct assembler *as = r->as;

    if (as->token->kind == TOKEN_END || as->token->kind == ',')
        return not_as_expected(r, as->token->place, "a target is missing");
    r->operands->use = IMM_TARGET;
    r->operands->imm = expr_read(as);
    return r->operands->imm != NULL;
}

/* An address: what is only a number is better written with li. */
static bool read_address(struct reading *r)
{
    struct place place = r->as->token->place;
    uint64_t value;

    if (!read_target(r))
        return false;
    return !expr_is_constant(r->as, r->operands->imm, &value) ||
           not_as_expected(r, place, "expected a symbol, not a number");
}

static bool read_number(struct reading *r)
{
    struct place place = r->as->token->place;
    uint64_t value;

    return read_immediate(r, NULL) &&
           (expr_is_constant(r->as, r->operands->imm, &value) ||
            asm_fault(r->as, place, "expected a number known here"));
}

static bool read_zimm(struct reading *r)
{
    struct place place = r->as->token->place;
    uint64_t value = 0;

    if (!read_number(r))
        return false;
    expr_is_constant(r->as, r->operands->imm, &value);
    r->operands->rs1 = (unsigned)(value & 31);
    r->operands->use = IMM_NONE;
    return value < 32 ||
           asm_fault(r->as, place,
                     "%lld is out of range: %s takes a number from 0 to 31",
                     (long long)value, r->mnemonic);
}

static bool no_csr(struct reading *r, const struct token *token)
{
    struct nearest nearest = asm_nearest(r->as, token->place.at, token->length);

    for (size_t i = 0; i < csr_infos_count; i++)
        nearest_offer(&nearest, csr_infos[i].name);
    return asm_fault(r->as, token->place, "there is no CSR '%s'%s", nearest.wanted,
                     asm_hint(r->as, &nearest));
}

/* A CSR by name or by number. */
static bool read_csr(struct reading *r)
{
    struct assembler *as = r->as;
    const struct token *token = as->token;
    const struct expr *expr;
    uint64_t number;

    if (token->kind == TOKEN_NAME) {
        r->operands->number = csr_number(token->place.at, token->length);
        if (r->operands->number >= 0) {
            as->token++;
            return true;
        }
    }
    if (token->kind == TOKEN_END)
        return not_as_expected(r, token->place, "a CSR is missing");
    expr = expr_read(as);
    if (!expr)
        return false;
    if (!expr_is_constant(as, expr, &number))
        return no_csr(r, token);
    r->operands->number = (int32_t)(number & 0xfff);
    return number < 4096 ||
           asm_fault(as, token->place, "CSR numbers go from 0 to 4095");
}

/* A set of accesses, "rw": input, output, reads, writes. */
static bool read_accesses(struct reading *r, unsigned shift)
{
    static const char letters[] = "wroi";
    const struct token *token = r->as->token;
    unsigned set = 0;

    if (token->kind != TOKEN_NAME)
        return not_as_expected(r, token->place, "expected some of the letters iorw");
    for (size_t i = 0; i < token->length; i++) {
        const char *letter = strchr(letters, token->place.at[i]);
        unsigned bit = letter ? 1U << (letter - letters) : 0;

        if (!bit || (set & (bit | (bit - 1))))
            return not_as_expected(r, token->place,
                                   "expected some of the letters iorw, in this order");
        set |= bit;
    }
    r->as->token++;
    r->operands->number |= (int32_t)(set << shift);
    return true;
}

static bool word_is(const char *word, size_t length, const char *text)
{
    return strlen(text) == length && memcmp(word, text, length) == 0;
}

static bool read_word(struct reading *r, const char *word, size_t length)
{
    struct operands *operands = r->operands;
    const struct insn_layout *layout = r->layout;

    if (word_is(word, length, "rd"))
        return read_register(r, &operands->rd, layout ? &layout->rd : NULL);
    if (word_is(word, length, "rs1"))
        return read_register(r, &operands->rs1, layout ? &layout->rs1 : NULL);
    if (word_is(word, length, "rs2"))
        return read_register(r, &operands->rs2, layout ? &layout->rs2 : NULL);
    if (word_is(word, length, "imm"))
        return word[length] == '(' ? read_offset(r) : read_immediate(r, low_parts);
    if (word_is(word, length, "upper"))
        return read_immediate(r, high_parts);
    if (word_is(word, length, "target"))
        return read_target(r);
    if (word_is(word, length, "symbol"))
        return read_address(r);
    if (word_is(word, length, "number"))
        return read_number(r);
    if (word_is(word, length, "csr"))
        return read_csr(r);
    if (word_is(word, length, "zimm"))
        return read_zimm(r);
    if (word_is(word, length, "pred"))
        return read_accesses(r, 4);
    if (word_is(word, length, "succ"))
        return read_accesses(r, 0);
    return read_immediate(r, NULL); /* shamt, value */
}

static bool read_mark(struct reading *r, char mark)
{
    char what[] = "expected ' '";

    if (token_accept(r->as, mark))
        return true;
    what[10] = mark;
    return not_as_expected(r, r->as->token->place,
                           r->as->token->kind == TOKEN_END ? "an operand is missing"
                                                           : what);
}

/* lr.w and the cache operations take (rs1); 0(rs1) is the same. */
static void skip_zero_offset(struct assembler *as)
{
    if (as->token->kind == TOKEN_NUMBER && as->token->number == 0 &&
        as->token[1].kind == '(')
        as->token++;
}

bool operands_read(struct assembler *as, const char *mnemonic, const char *form,
                   const struct insn_layout *layout, struct operands *operands)
{
    struct reading r = {as, mnemonic, form, layout, operands};

    *operands = (struct operands){0};
    while (*form) {
        size_t length;

        if (strchr(",()", *form)) {
            if (*form == '(' && (form == r.form || form[-1] == ','))
                skip_zero_offset(as);
            if (!read_mark(&r, *form++))
                return false;
        } else {
            const char *word = form_word(&form, &length);

            if (!word || !read_word(&r, word, length))
                return false;
        }
    }
    return as->token->kind == TOKEN_END ||
           not_as_expected(&r, as->token->place, "too many operands");
}

/*
 * Where a function that is not over goes back to. Compilers and people begin a function
 * alike: addi sp, sp, -SIZE and sd ra, OFFSET(sp). So it is gone through from its first
 * instruction to where it is, and what it has done to sp and ra by then is counted:
 *
 *   addi sp, sp, N   the frame is larger or smaller
 *   sd ra, N(sp)     the return address is there
 *   ld ra, N(sp)     it is in the register again
 *   call             the register is overwritten
 *   ret, j, ...      what follows is not reached from here: it is as it was before the
 *                    end of the function began
 */
#include "observe/ask/calls_read.h"

#include "base/bits.h"

enum { RA = 1, SP = 2, T0 = 5, LONGEST = 4096 /* bytes of a function */, LABELS = 16 };

bool calls_fetch(const struct hart *hart, uint8_t mode, uint64_t va, struct insn *insn)
{
    uint32_t bits = 0;

    for (unsigned half = 0; half < 2; half++) {
        struct walk_request request = {
            .va = va + 2 * half, .access = ACCESS_FETCH, .mode = mode};
        uint16_t parcel = 0;
        uint64_t pa;

        if (hart_peek_translate(hart, request, &pa) != CAUSE_NONE ||
            bus_peek(hart->bus, pa, &parcel, sizeof(parcel)) != sizeof(parcel))
            return false;
        bits |= (uint32_t)parcel << (16 * half);
        if (insn_length(parcel) == 2)
            break;
    }
    *insn = insn_decode(bits);
    return true;
}

/* --- what an instruction is --------------------------------------------------------------- */

static bool is_link(unsigned reg)
{
    return reg == RA || reg == T0;
}

bool call_is_made_by(const struct insn *insn)
{
    return (insn->op == OP_JAL || insn->op == OP_JALR) && is_link(insn->rd);
}

unsigned call_behind(const struct hart *hart, uint8_t mode, uint64_t va)
{
    for (unsigned length = 2; length <= 4; length += 2) {
        struct insn insn;

        if (calls_fetch(hart, mode, va - length, &insn) && insn.length == length &&
            call_is_made_by(&insn))
            return length;
    }
    return 0;
}

bool call_is_ended_by(const struct hart *hart, const struct insn *insn, uint64_t to)
{
    return insn->op == OP_JALR && insn->rd == 0 &&
           (insn->rs1 == RA || call_behind(hart, hart_privilege(hart), to));
}

static bool load(const struct call_context *context, uint64_t va, uint64_t *value)
{
    struct walk_request request = {
        .va = va, .access = ACCESS_LOAD, .mode = context->mode};
    uint64_t pa;

    return va % sizeof(*value) == 0 &&
           hart_peek_translate(context->hart, request, &pa) == CAUSE_NONE &&
           bus_peek(context->hart->bus, pa, value, sizeof(*value)) == sizeof(*value);
}

/* --- where it begins ---------------------------------------------------------------------- */

/* Nothing goes on behind such an instruction. */
static bool ends_code(const struct insn *insn)
{
    return ((insn->op == OP_JAL || insn->op == OP_JALR) && insn->rd == 0) ||
           insn->op == OP_MRET || insn->op == OP_SRET;
}

/* Does control reach that address from the instruction before it? */
static bool is_run_into(const struct call_context *context, uint64_t va)
{
    struct insn insn;

    for (unsigned length = 2; length <= 4; length += 2)
        if (calls_fetch(context->hart, context->mode, va - length, &insn) &&
            insn.length == length && ends_code(&insn))
            return false;
    return true;
}

/* A label may stand within a function: then what is before it runs into it. */
static bool find_begin(const struct call_context *context, uint64_t *begin)
{
    const struct symbol *symbol =
        context->symbols ? symbols_at(context->symbols, context->pc) : NULL;

    for (unsigned n = 0; symbol && n < LABELS; n++) {
        const struct symbol *before;

        *begin = symbol->address;
        if (symbol->function || !is_run_into(context, symbol->address))
            break;
        before = symbols_at(context->symbols, symbol->address - 1);
        if (!before || context->pc - before->address > LONGEST)
            break;
        symbol = before;
    }
    return symbol && context->pc - *begin <= LONGEST;
}

/* --- what it has done --------------------------------------------------------------------- */

struct frame {
    bool known;   /* sp was changed by numbers only */
    int64_t size; /* bytes that sp is lower than at the beginning */
    bool saved;   /* ra is in memory */
    int64_t at;   /* ... that far below sp at the beginning */
    bool kept;    /* the register has it, too */
};

static void do_insn(struct frame *frame, const struct insn *insn)
{
    if (insn->op == OP_ADDI && insn->rd == SP && insn->rs1 == SP)
        frame->size -= insn->imm;
    else if (insn->rd == SP && insn->op != OP_SD && insn->op != OP_SW)
        frame->known = false;
    else if (insn->op == OP_SD && insn->rs1 == SP && insn->rs2 == RA && frame->kept) {
        frame->saved = true;
        frame->at = frame->size - insn->imm;
    } else if (insn->op == OP_LD && insn->rs1 == SP && insn->rd == RA) {
        frame->kept = true;
    } else if (call_is_made_by(insn) && insn->rd == RA) {
        frame->kept = false;
    }
}

/* Begins the function to give its frame back there? */
static bool begins_end(const struct insn *insn)
{
    return (insn->op == OP_LD && insn->rs1 == SP && insn->rd == RA) ||
           (insn->op == OP_ADDI && insn->rd == SP && insn->rs1 == SP && insn->imm > 0);
}

static struct frame find_frame(const struct call_context *context, uint64_t begin)
{
    struct frame frame = {.known = true, .kept = true}, whole = frame;
    bool ending = false;
    struct insn insn;

    for (uint64_t at = begin; at < context->pc; at += insn.length) {
        if (!calls_fetch(context->hart, context->mode, at, &insn)) {
            frame.known = false;
            break;
        }
        if (begins_end(&insn) && !ending) {
            whole = frame;
            ending = true;
        }
        do_insn(&frame, &insn);
        if (ends_code(&insn) && ending) {
            frame = whole;
            ending = false;
        }
    }
    return frame;
}

const char *calls_read(struct call_context *context)
{
    struct frame frame;
    uint64_t begin, to, sp;
    unsigned length;

    if (!find_begin(context, &begin))
        return "no symbol says which function this is";
    frame = find_frame(context, begin);
    if (!frame.known)
        return "this function sets sp itself: it has not been called as others are";
    sp = context->sp + (uint64_t)frame.size;
    if (frame.kept && context->has_ra)
        to = context->ra;
    else if (!frame.saved)
        return "this function has not kept where it was called from";
    else if (!load(context, sp - (uint64_t)frame.at, &to))
        return "its stack cannot be read";
    length = call_behind(context->hart, context->mode, to);
    if (!length)
        return "nothing has called this function";
    context->pc = to - length;
    context->behind = to;
    context->sp = sp;
    context->has_ra = false;
    return NULL;
}

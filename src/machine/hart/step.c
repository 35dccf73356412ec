/*
 * The exact loop's body: one instruction of one hart, with every event it gives.
 *
 * Order within a step, as a student sees it: an interrupt that is pending and enabled is
 * taken first, and then nothing else happens in this step. Otherwise the instruction is
 * fetched, decoded and executed; what it does on the way (walks, bus waits, device
 * accesses) is told as it happens, and the instruction itself last, when it retires. An
 * instruction that raises an exception does not retire: the trap is told instead.
 *
 * fast.c executes the same rows of the same table without events; a test holds the two
 * to one state digest.
 */
#include "machine/hart/arith.h"
#include "machine/hart/fast.h"
#include "machine/hart/hart.h"
#include "machine/hart/system.h"

#define RS1  (hart->x[insn->rs1])
#define RS2  (hart->x[insn->rs2])
#define IMM  ((uint64_t)(int64_t)insn->imm)
#define PC   (hart->pc)
#define NEXT (hart->pc + insn->length)
#define MEM  mem

/* rd's value of a load: `type` decides how many bytes and how they extend. */
#define EXTEND(type, value)                                                            \
    ((type)-1 < (type)1 ? (uint64_t)(int64_t)(type)(value) : (uint64_t)(type)(value))

static void set_rd(struct hart *hart, const struct insn *insn, uint64_t value)
{
    hart_write_rd(hart, insn, value);
}

/* An AMO in two halves: the value that goes back depends on the one that came. */
#define AMO_ROW(type, value)                                                           \
    {                                                                                  \
        uint64_t at = RS1, pa, mem;                                                    \
        struct trap trap = hart_amo_read(hart, at, sizeof(type), &pa, &mem);           \
                                                                                       \
        if (trapped(trap))                                                             \
            return trap;                                                               \
        mem = EXTEND(type, mem);                                                       \
        trap = hart_amo_write(hart, at, sizeof(type), pa, value);                      \
        if (!trapped(trap))                                                            \
            set_rd(hart, insn, mem);                                                   \
        return trap;                                                                   \
    }

/* One case a row: a table, however long. */
/* clang-format off */
static struct trap execute(struct hart *hart, const struct insn *insn)
{
    switch ((enum op)insn->op) {
#define ALU(op, name, match, mask, format, ext, effect, value)                           \
    case OP_##op:                                                                        \
        set_rd(hart, insn, value);                                                       \
        return NO_TRAP;
#define MULTIPLY(op, name, match, mask, format, ext, effect, value)                      \
    case OP_##op:                                                                        \
        hart->spent += hart->costs->multiply;                                            \
        set_rd(hart, insn, value);                                                       \
        return NO_TRAP;
#define DIVIDE(op, name, match, mask, format, ext, effect, value)                        \
    case OP_##op:                                                                        \
        hart->spent += hart->costs->divide;                                              \
        set_rd(hart, insn, value);                                                       \
        return NO_TRAP;
#define LOAD(op, name, match, mask, format, ext, effect, type)                           \
    case OP_##op: {                                                                      \
        uint64_t value;                                                                  \
        struct trap trap = hart_load(hart, RS1 + IMM, sizeof(type), &value);             \
                                                                                         \
        if (!trapped(trap))                                                              \
            set_rd(hart, insn, EXTEND(type, value));                                     \
        return trap;                                                                     \
    }
#define STORE(op, name, match, mask, format, ext, effect, type)                          \
    case OP_##op:                                                                        \
        return hart_store(hart, RS1 + IMM, sizeof(type), RS2);
#define BRANCH(op, name, match, mask, format, ext, effect, condition)                    \
    case OP_##op:                                                                        \
        if (condition)                                                                   \
            hart->doing.next_pc = PC + IMM;                                              \
        return NO_TRAP;
#define JUMP(op, name, match, mask, format, ext, effect, target)                         \
    case OP_##op:                                                                        \
        hart->doing.next_pc = (target);                                                  \
        set_rd(hart, insn, NEXT);                                                        \
        return NO_TRAP;
#define AMO(op, name, match, mask, format, ext, effect, type, value)                     \
    case OP_##op:                                                                        \
        AMO_ROW(type, value)
#define LR(op, name, match, mask, format, ext, effect, type)                             \
    case OP_##op: {                                                                      \
        uint64_t value;                                                                  \
        struct trap trap = hart_load_reserved(hart, RS1, sizeof(type), &value);          \
                                                                                         \
        if (!trapped(trap))                                                              \
            set_rd(hart, insn, EXTEND(type, value));                                     \
        return trap;                                                                     \
    }
#define SC(op, name, match, mask, format, ext, effect, type)                             \
    case OP_##op: {                                                                      \
        uint64_t failed;                                                                 \
        struct trap trap =                                                               \
            hart_store_conditional(hart, RS1, sizeof(type), RS2, &failed);               \
                                                                                         \
        if (!trapped(trap))                                                              \
            set_rd(hart, insn, failed);                                                  \
        return trap;                                                                     \
    }
#define DO(op, name, match, mask, format, ext, effect, does)                             \
    case OP_##op:                                                                        \
        return hart_do_##does(hart, insn);
#define FENCE  DO
#define CSR    DO
#define SYSTEM DO
#define CACHE  DO
#define GUEST_LOAD(op, type, hlvx)                                                       \
    case OP_##op: {                                                                      \
        uint64_t value;                                                                  \
        struct trap trap = hart_check_guest_access(hart, insn);                          \
                                                                                         \
        if (!trapped(trap))                                                              \
            trap = hart_guest_load(hart, RS1, sizeof(type), hlvx, &value);               \
        if (!trapped(trap))                                                              \
            set_rd(hart, insn, EXTEND(type, value));                                     \
        return trap;                                                                     \
    }
#define HLV(op, name, match, mask, format, ext, effect, type) GUEST_LOAD(op, type, false)
#define HLVX(op, name, match, mask, format, ext, effect, type) GUEST_LOAD(op, type, true)
#define HSV(op, name, match, mask, format, ext, effect, type)                            \
    case OP_##op: {                                                                      \
        struct trap trap = hart_check_guest_access(hart, insn);                          \
                                                                                         \
        return trapped(trap) ? trap : hart_guest_store(hart, RS1, sizeof(type), RS2);    \
    }
#define COMPRESSED(op, ...) case OP_##op:
#include "machine/isa/instructions.def"
#undef DO
    case OP_ILLEGAL:
    case OPS:
        break;
    }
    return (struct trap){.cause = CAUSE_ILLEGAL_INSTRUCTION, .tval = insn->bits};
}
/* clang-format on */

/* Time goes on, whatever the prices: what is free could never end. */
static void pass_time(struct hart *hart)
{
    if (hart->spent == 0)
        hart->spent = 1;
}

static void retire(struct hart *hart, const struct insn *insn)
{
    struct event_stream *events = hart->events;

    uint16_t marker = hart_marker(insn);

    pass_time(hart);
    if (marker)
        EMIT(events, hart->cycle, MARKER, marker, .pc = hart->pc, .number = marker,
             .hart = hart->id, .mode = hart->doing.mode);
    hart->doing.price = (uint32_t)hart->spent;
    if (events->kinds & EVENT_BIT(EVENT_INSN)) {
        struct event event = {.cycle = hart->cycle, .kind = EVENT_INSN};

        event.insn = hart->doing;
        event_tell(events, &event);
    }
    hart->pc = hart->doing.next_pc;
    hart->retired++;
    events->retired++;
    events->order = 0;
}

/* Fetches, decodes and executes the instruction at pc; it retires, unless it traps. */
static struct trap do_instruction(struct hart *hart)
{
    const struct insn *insn;
    uint32_t bits;
    struct trap trap = hart_fetch(hart, &bits);

    if (trapped(trap)) {
        hart->doing.bits = 0; /* there is no instruction to tell of */
        return trap;
    }
    insn = fast_decode(hart, bits);
    hart->doing = (struct event_insn){.pc = hart->pc,
                                      .next_pc = hart->pc + insn->length,
                                      .bits = insn->bits,
                                      .hart = hart->id,
                                      .mode = hart_privilege(hart),
                                      .csr = EVENT_NO_CSR};
    hart->spent += hart->costs->instruction;
    trap = execute(hart, insn);
    if (!trapped(trap))
        retire(hart, insn);
    return trap;
}

void hart_step(struct hart *hart)
{
    uint64_t interrupt = hart_pending_interrupt(hart);
    struct trap trap = {.cause = interrupt};

    hart->spent = 0;
    hart->queue->now = hart->cycle;
    if (interrupt == CAUSE_NONE)
        trap = do_instruction(hart);
    else
        hart->doing.bits = 0;
    if (trapped(trap)) {
        hart_take_trap(hart, trap);
        pass_time(hart);
    }
    hart->cycle += hart->spent;
    hart->spent = 0;
}

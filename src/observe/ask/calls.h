#ifndef OBSERVE_ASK_CALLS_H
#define OBSERVE_ASK_CALLS_H

#include "image/symbols.h"
#include "machine/hart/hart.h"
#include "observe/time/moment.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Who called whom. The machine does not know calls: by convention a jump that keeps where
 * it came from in ra or t0 is one (Unprivileged ISA, 2.5.1). What is known of those that
 * are not over is of two kinds:
 *
 *   seen   the call itself, or the trap, among the last CALL_WINDOW instructions: certain
 *   read   further out: the return address that the function has put on its stack, which
 *          is found by its first instructions; it counts only if a call stands before it
 *
 * Where neither helps, the list ends and says why.
 */
enum { CALL_WINDOW = 4000, CALLS_MOST = 32 };

/* --- a fold over the window ------------------------------------------------------------- */

#define CALL_KINDS                                                                     \
    (EVENT_BIT(EVENT_INSN) | EVENT_BIT(EVENT_TRAP_ENTER) | EVENT_BIT(EVENT_TRAP_RETURN))

struct call_fold {
    bool some;           /* anything has been told of that hart */
    bool lost;           /* it went on elsewhere, so that older calls say nothing */
    uint64_t pc, sp, ra; /* after what was told last */
    uint8_t mode;        /* enum privilege, with V */
    unsigned depth;
    struct call_open {
        bool is_trap;
        uint8_t mode;       /* of who called or was trapped */
        uint64_t at;        /* the call, or the instruction that the trap cut off */
        uint64_t behind;    /* where it goes on */
        uint64_t sp, ra;    /* then */
        uint64_t cause;     /* of a trap */
        struct moment when; /* it is seen */
    } open[CALLS_MOST];     /* the oldest first */
};

/* Learns from an event of that hart's board; the machine stands where it is told. */
void call_fold_take(struct call_fold *fold, const struct hart *hart,
                    const struct event *event);

/* --- the list --------------------------------------------------------------------------- */

enum call_known { CALL_HERE, CALL_SEEN, CALL_TRAPPED, CALL_READ };

struct call_frame {
    enum call_known known; /* how */
    uint8_t mode;          /* enum privilege, with V: whose code it is */
    uint64_t pc;           /* where the hart is; of the others, where they go on */
    uint64_t at;           /* ... and where they called, or were cut off */
    uint64_t cause;        /* TRAPPED */
    struct moment when;    /* SEEN, TRAPPED */
};

struct call_stack {
    unsigned count;
    struct call_frame frame[CALLS_MOST]; /* the innermost first */
    const char *end;                     /* why there are no more, in words */
};

/* `since_reset`: the fold has seen all that the hart has done. */
void call_stack_find(struct call_stack *stack, const struct call_fold *fold,
                     const struct hart *hart, const struct symbols *symbols,
                     const struct symbols *guest_symbols, bool since_reset);

/* "here", "called at #123", "by the stack", "interrupted: machine timer interrupt". */
enum { CALL_TEXT = 96 };
char *call_text(char text[CALL_TEXT], const struct call_frame *frame);

#endif

#ifndef OBSERVE_ASK_FAULT_PARTS_H
#define OBSERVE_ASK_FAULT_PARTS_H

#include "observe/ask/fault.h"

/* For fault*.c: a failure that is being explained. */
struct failure {
    struct timeline *timeline;
    const struct narrator *narrator;
    struct fault *fault;
    struct step step; /* in which it happened */
};

/* A sentence; its first letter is made a capital, and it gets a full stop. */
void fault_say(const struct failure *failure, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Who wrote that, as a sentence that begins with `what`: "The entry: hart 0 wrote ...". */
void fault_say_who(const struct failure *failure, const char *what,
                   const struct lvalue *target);

/* The hart of a trap as it was when the step began, as far as its rules need. */
struct scene {
    struct hart hart; /* a copy: its pointers are not to be followed */
    uint8_t mode;     /* enum privilege, VU and VS too, of the access */
    uint32_t bits;    /* the instruction at pc; 0: it cannot be read */
    uint64_t pa;      /* of tval */
    bool has_pa;      /* it has a translation */
    bool in_ram;      /* of pa */
    int entry;        /* of PMP that decides about pa; -1: none does */
    bool pmp_allows;  /* the access to pa */
    bool has_tlb_entry;
    struct tlb_entry tlb_entry; /* of tval's page */
};

/* An access as an exception's cause names it. */
enum event_access fault_access(uint64_t cause);
const char *fault_access_word(enum event_access access);

/* What an IOMMU has refused: the failure itself, or the one behind a channel's. */
void fault_of_iommu(const struct failure *failure, const struct event *refused);
void fault_of_blocked(const struct failure *failure);

/* What happened, as the narration has it. */
void fault_say_event(const struct failure *failure, const struct event *event);

void fault_of_trap(const struct failure *failure);
void fault_of_page(const struct failure *failure, const struct scene *scene);

/* A walk that could not read or write one of its entries; false: there is none. */
bool fault_of_entry(const struct failure *failure, const struct scene *scene);

/* What forbids an instruction, as illegal or as virtual: which bit, and who wrote it. */
void fault_of_forbidden(const struct failure *failure, const struct scene *scene);

/* Who wrote those bits of a CSR. */
void fault_blame_csr(const struct failure *failure, const struct scene *scene,
                     unsigned number, unsigned hi, unsigned lo);

/* Why PMP refuses `pa`; the hart of the scene in `mode`. */
void fault_say_pmp(const struct failure *failure, const struct scene *scene,
                   enum event_access access);

#endif

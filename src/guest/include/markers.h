#ifndef GUEST_INCLUDE_MARKERS_H
#define GUEST_INCLUDE_MARKERS_H

/*
 * Markers: what a program says about itself without changing anything. A marker is the
 * instruction `slti x0, x0, n`. It writes nothing, and the unprivileged specification
 * (section "HINT Instructions") leaves its immediate to whoever wants to use it, so the
 * same program runs on any other hart, where a marker is one more no-op.
 *
 * Whoever watches the machine learns here what the numbers mean: this header has nothing
 * but numbers, for C and assembly, for programs and for those who watch them.
 */

/* The workload of a guest. */
#define MARK_WORK_BEGIN    1 /* the first operation is about to begin */
#define MARK_WORK_END      2 /* the last one is over */
#define MARK_OP_BEGIN      3 /* an operation is about to be handed to its driver */
#define MARK_OP_END        4 /* its completion has been seen */
#define MARK_VERIFY_BAD    5 /* a byte is not what it should be */
#define MARK_COMPUTE_BEGIN 6 /* computing, between operations */
#define MARK_COMPUTE_END   7

/* The phases of a hypervisor. One lasts until the next marker, or until it enters a
 * guest. */
#define MARK_HV_SAVE     16 /* the first instruction of the trap entry */
#define MARK_HV_DECODE   17 /* the cause is known: which access, which instruction? */
#define MARK_HV_EMULATE  18 /* doing what the guest has asked for */
#define MARK_HV_INJECT   19 /* working on virtual interrupts */
#define MARK_HV_SCHEDULE 20 /* choosing who runs; idling */
#define MARK_HV_RESTORE  21 /* restoring registers, until sret */
#define MARK_HV_BACKEND  22 /* real work at a device, on behalf of a guest */

#endif

#ifndef OBSERVE_EXITS_EXIT_WORDS_H
#define OBSERVE_EXITS_EXIT_WORDS_H

#include "base/buf.h"
#include "observe/exits/exits.h"
#include "observe/narrate.h"

/* Exits in words. */

/* The device that a guest finds at that guest physical address, on whose map the machine's
 * own devices are; NULL: none, or it is RAM. */
const struct device *exit_device(const struct board *board, uint64_t gpa);

/* "ata0 Status", "RAM", or "nothing": what is there for the guest. */
void exit_put_place(struct buf *out, const struct narrator *narrator, unsigned board,
                    uint64_t gpa, bool write);

/* "SBI DBCN console_write", by a7 and a6 of an environment call. */
void exit_put_call(struct buf *out, uint64_t call, uint64_t function);

/* "`lbu a5, 7(a4)`"; nothing for an interrupt. */
void exit_put_instruction(struct buf *out, uint32_t insn, uint64_t epc);

/* "ata_status+4 (0x80202e3a)": an address of a guest. */
void exit_put_address(struct buf *out, const struct narrator *narrator, uint64_t va);

/* What the exit is about: a register of a device, an SBI call, a source; or nothing. */
void exit_put_about(struct buf *out, const struct narrator *narrator,
                    const struct vm_exit *exit);

/* What the hypervisor did meanwhile, in a few words: "claims 23, injects VSEIP". */
void exit_put_did(struct buf *out, const struct vm_exit *exit);

/* "trap 16, save 61, decode 120": the parts that took any time. */
void exit_put_parts(struct buf *out, const struct exit_cost *cost);

/* The cause; of the class that takes the rest, that. */
void exit_put_cause(struct buf *out, uint64_t cause);

/* The same where there is little room, of those that an exit usually has: "load fault". */
void exit_put_short_cause(struct buf *out, uint64_t cause);

/* Is it a guest page fault? An interrupt of a device? */
bool exit_is_page_fault(uint64_t cause);
bool exit_is_external(uint64_t cause);

/* The device that drives an interrupt source; NULL: none. */
const struct device *exit_driver(const struct board *board, unsigned source);

#endif

#ifndef FACE_TUI_WATCH_PEEK_H
#define FACE_TUI_WATCH_PEEK_H

#include "face/tui/watch/watch.h"
#include "observe/ask/queues.h"

/*
 * The machine as the viewer has seen it: peeks, over which is laid what the events seen
 * of a step that is not over have written.
 */

uint64_t watch_x(const struct watch *watch, unsigned hart, unsigned number);
uint64_t watch_pc(const struct watch *watch, unsigned hart);
uint64_t watch_read(const struct watch *watch, uint64_t pa, void *bytes,
                    uint64_t length);

/* The same, for decoders of queues. */
struct queue_reader watch_reader(const struct watch *watch);

/* A CSR as the viewer sees it, and as it was before the step that is told of; the second
 * gives false if that is not known. */
uint64_t watch_csr(const struct watch *watch, unsigned hart, unsigned number);
bool watch_csr_before(const struct watch *watch, unsigned hart, unsigned number,
                      uint64_t *value);

/* The mode that the hart is in, with V (enum privilege), as the viewer sees it. */
uint8_t watch_mode(const struct watch *watch, unsigned hart);

/* Who wrote the byte last: an enum initiator, INITIATOR_NONE if nobody, OWNER_UNKNOWN. */
uint8_t watch_writer(const struct watch *watch, uint64_t pa);

/* Was any byte of its page written? */
bool watch_page_written(const struct watch *watch, uint64_t pa);

/* Did an event that is told of write the byte? */
bool watch_wrote(const struct watch *watch, uint64_t pa);

/* The last instruction of that hart among the events told of; NULL: none. */
const struct event *watch_insn(const struct watch *watch, unsigned hart);

/* The names and source lines of what the hart that is looked at runs; NULL: none. The
 * same of any hart. */
const struct symbols *watch_symbols(const struct watch *watch);
const struct lines *watch_lines(const struct watch *watch);
const struct symbols *watch_symbols_of(const struct watch *watch, unsigned hart);
const struct lines *watch_lines_of(const struct watch *watch, unsigned hart);

/* Is that stretch of a lane of what is told of; or does it lie ahead of the viewer? */
bool watch_is_now(const struct watch *watch, const struct span *span);
bool watch_is_ahead(const struct watch *watch, const struct span *span);

/* Is the interrupt line of that source high? */
bool watch_irq(const struct watch *watch, unsigned source);

/* A register of a device by its name, as a peek sees it; false: it has none. */
bool watch_register(const struct watch *watch, const struct device *device,
                    const char *name, unsigned index, uint64_t *value);

/* The board's n-th device of a type, NULL: none. */
const struct device *watch_device(const struct watch *watch, const char *type,
                                  unsigned n);

/* The part of RAM with a name that holds the address; NULL: none. */
const struct region *watch_region(const struct watch *watch, uint64_t pa);

/* A line of a source file, without its blanks in front; false: it is not known. */
bool watch_source(const struct watch *watch, const char *file, unsigned line,
                  char *text, size_t room);

/* "h", "d", "v" a virtio disk, "i" an IOMMU, "o" from outside, "?" nobody, " " not known:
 * the letter of an owner. A hart's is "h" also where it ran a guest: who wrote is known by
 * the number it has on the bus. */
char owner_letter(uint8_t initiator);

#endif

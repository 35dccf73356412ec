#ifndef OBSERVE_ASK_GATES_DEVICE_H
#define OBSERVE_ASK_GATES_DEVICE_H

#include "observe/ask/gates.h"

/* For gates_hart.c: what the line of an interrupt source depends on, as shared gates; and what
 * the list is built with. */
void gates_of_device(struct gates *gates, const struct board *board, unsigned irq);

struct gate *gates_add(struct gates *gates, unsigned route, bool open, uint64_t value,
                       struct lvalue what);
void gate_text(struct gate *gate, const char *name, const char *needs,
               const char *means);
struct lvalue gate_nowhere(void);
struct lvalue gate_register(const struct device *device, uint64_t offset, unsigned size,
                            unsigned hi, unsigned lo);

#endif

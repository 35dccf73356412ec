#ifndef OBSERVE_ASK_NAMES_H
#define OBSERVE_ASK_NAMES_H

#include "base/err.h"
#include "machine/board/board.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Device registers by name, as the narration writes them: "dma0.Control[1]", with the
 * number of an array's first register that its table gives it. A name is found in any
 * case of its letters if nothing has it exactly so.
 */
struct register_place {
    const struct device *device;
    const struct reg *reg;
    uint32_t offset;
};

/* The device, or NULL and what is near. */
const struct device *names_device(const struct board *board, const char *name,
                                  struct err *err);

/* A device's register by its name, or by the one that it has when it is written. */
bool names_register(const struct device *device, const char *name,
                    struct register_place *place, struct err *err);

/* Moves on to the register with that number of an array. */
bool names_index(struct register_place *place, uint64_t number, struct err *err);

/* All of "dma0.Control[1]". */
bool names_find(const struct board *board, const char *text,
                struct register_place *place, struct err *err);

/* A field of a register, as it is read or as it is written. */
const struct reg_field *names_field(const struct reg *reg, const char *name);

/* A field of a CSR; NULL: it has none of that name. */
const struct csr_field *names_csr_field(const struct csr_info *csr, const char *name);

/* What a read there would give, without its effects. */
uint64_t register_peek(const struct device *device, uint32_t offset, unsigned size);

/* The same of a register; of one that shares its address with another that is there now
 * (a UART's divisor latch), what it holds. */
uint64_t names_peek(const struct register_place *place);

/* Does an access to its address reach another register? */
bool names_is_hidden(const struct register_place *place);

#endif

#ifndef MACHINE_DEVICE_REGS_H
#define MACHINE_DEVICE_REGS_H

#include "event/event.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Device registers as their specification's table gives them. Everything a register does
 * by rule is a column; only what it causes is code. The same rows serve the bus, the
 * register views, narration, `info`, completion and the data sheets in docs/.
 */

/* A field of a register. */
struct reg_field {
    uint8_t hi, lo;
    const char *name;
    const char *help;
    const char *const *values; /* names of values 0, 1, ...; ends with NULL; or NULL */
};

/* For `values`: no names; the field is a number that people know in decimal. */
extern const char *const reg_decimal[];

struct reg {
    uint32_t offset;  /* in the device's window */
    uint8_t size;     /* bytes: 1, 2, 4 or 8 */
    const char *name; /* the specification's */
    size_t at;        /* where its value lives in the device struct */
    uint8_t width;    /* bytes of that value there: 1, 2, 4 or 8; 0: it keeps
                      * none and, without `read` and `peek`, shows `reset` */
    uint64_t reset;
    uint64_t rw;  /* bits that software can write */
    uint64_t w1c; /* bits that software clears by writing 1 */
    /* NULL, or gives what a read returns; may have effects. */
    uint64_t (*read)(void *device, unsigned index);
    /* NULL, or gives what a read would return; for registers with a read function. */
    uint64_t (*peek)(const void *device, unsigned index);
    /* NULL, or acts after the rule has been applied. `old` is the value before, `wrote`
     * what software wrote, both whole registers. */
    void (*written)(void *device, unsigned index, uint64_t old, uint64_t wrote);
    const struct reg_field *fields; /* ends with a NULL name; NULL: one number */
    const char *help;
    /* An array of registers: `count` of them, `stride` bytes apart on the bus and
     * `step` bytes apart in the device struct. 0 or 1: one register. */
    uint16_t count;
    uint32_t stride;
    size_t step;
    uint16_t first; /* what the first one of an array is called */
    /* What a write means, where that is something else than what a read shows: another
     * name and other fields, or a word for each value. NULL: the same. */
    const char *write_name;
    const struct reg_field *write_fields;
    const char *(*write_word)(uint8_t value);
};

struct regfile {
    const struct reg *regs;
    size_t count;
};

/* The register that holds `offset`, its index in its array, or NULL. */
const struct reg *regfile_find(const struct regfile *file, uint32_t offset,
                               unsigned *index);

void regfile_reset(const struct regfile *file, void *device);

/*
 * Accesses of `size` bytes at `offset`. An access may be narrower than its register (a
 * part of it is read, or merged and written); one that covers two registers does both,
 * lower first. BUS_DECERR where there is no register.
 */
enum bus_response regfile_read(const struct regfile *file, void *device,
                               uint32_t offset, unsigned size, uint64_t *value);
enum bus_response regfile_write(const struct regfile *file, void *device,
                                uint32_t offset, unsigned size, uint64_t value);
enum bus_response regfile_peek(const struct regfile *file, const void *device,
                               uint32_t offset, unsigned size, uint64_t *value);

#endif

#ifndef GUEST_LIB_SBI_H
#define GUEST_LIB_SBI_H

#include "include/sbi.h"

#include <stdbool.h>
#include <stdint.h>

struct sbi_answer {
    long error; /* SBI_SUCCESS, or SBI_ERR_... */
    uint64_t value;
};

/* Asks whoever is below this program, by ecall. */
struct sbi_answer sbi_call(uint64_t extension, uint64_t function, uint64_t a0,
                           uint64_t a1, uint64_t a2);

bool sbi_has(uint64_t extension);

/* An interrupt of the timer at that time, and none before. */
void sbi_set_timer(uint64_t time);

/* Ends the run: all harts stop. */
void sbi_shutdown(bool failed) __attribute__((noreturn));

#endif

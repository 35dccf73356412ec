#ifndef TESTS_LIB_OBJDUMP_H
#define TESTS_LIB_OBJDUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * GNU objdump as a witness: what it says of many encodings, from one run. Encoding i is
 * taken as being at OBJDUMP_PC + 4 * i; one of 16 bits is followed by c.nop.
 */
#define OBJDUMP_PC UINT64_C(0x80000000)

enum { OBJDUMP_TEXT = 64 };

/* Are the GNU tools for RISC-V installed? If not, says so on standard output. */
bool objdump_installed(void);

/*
 * Fills texts[i] for each encoding, with one blank between mnemonic and operands, targets
 * as "0x80000010", and without <symbols> and comments. `aliases`: without -M no-aliases.
 * A text stays empty if objdump printed no line for its address.
 */
void objdump_texts(const uint32_t *encodings, size_t count, bool aliases,
                   char (*texts)[OBJDUMP_TEXT]);

#endif

#ifndef TESTS_LIB_WITNESS_H
#define TESTS_LIB_WITNESS_H

#include "base/buf.h"
#include "machine/board/run.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Two machines that run an image: ours, and QEMU. Both begin at the first byte of RAM in
 * M-mode, and leave in the image what is in memory at the end.
 */

/* Is qemu-system-riscv64 there? If not, says so on standard output. */
bool qemu_installed(void);

/* `machine` is its options, with "-M NAME" at the end; RAM is the image's. Fails the
 * running test if the program does not end by itself within a minute. */
void run_on_qemu(uint8_t *image, uint64_t size, const char *machine);

/* On a board with as much RAM; `guests`: and the hypervisor extension. `heard`: somebody
 * listens to every event, so that the exact loop runs. Gives the digest of all state at
 * the end. */
uint64_t run_here(uint8_t *image, uint64_t size, bool guests, bool heard);

/* A disk that is in one of the board's devices. */
struct witness_disk {
    const char *device;
    const uint8_t *bytes;
    uint64_t length;
};

/* The same, with a disk (NULL: none). */
uint64_t run_here_with_disk(uint8_t *image, uint64_t size, bool guests, bool heard,
                            const struct witness_disk *disk);

/* Appends a file of the tests, named from the top folder. */
void witness_add_file(struct buf *text, const char *path);

#endif

#ifndef GUEST_KERNEL_KERNEL_H
#define GUEST_KERNEL_KERNEL_H

#define KERNEL_STACK 16384

#ifndef __ASSEMBLER__

#include <stdint.h>

/* Places in the image: see lib/program.ld. */
extern char image_start[], text_end[], constants_end[], image_end[];

void kernel_main(uint64_t hart, const void *blob) __attribute__((noreturn));

/* Ends the run. */
void kernel_end(int failed) __attribute__((noreturn));

#endif
#endif

#ifndef GUEST_HYPERVISOR_CONSOLE_H
#define GUEST_HYPERVISOR_CONSOLE_H

#include "hypervisor/guest.h"

/* A line of the hypervisor's own, to the machine's console. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A character that a guest prints. Lines come out whole, with the guest's name. */
void console_put(struct guest *guest, char character);
void console_flush(struct guest *guest);

/* Nothing can go on: says why, and switches the machine off. */
void panic(const char *why) __attribute__((noreturn));
void panic_trap(uint64_t cause, uint64_t pc, uint64_t tval) __attribute__((noreturn));

#endif

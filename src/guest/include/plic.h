#ifndef GUEST_INCLUDE_PLIC_H
#define GUEST_INCLUDE_PLIC_H

/*
 * The platform-level interrupt controller (RISC-V PLIC specification 1.0.0, chapter 3).
 * All registers have 32 bits. A context is a privilege mode of a hart; which is which is
 * told by `interrupts-extended` in the device tree.
 */
#define PLIC_PRIORITY(source) (0x000000ul + 4ul * (source))
#define PLIC_PENDING(source)  (0x001000ul + 4ul * ((source) / 32))
#define PLIC_ENABLE(context, source)                                                   \
    (0x002000ul + 0x80ul * (context) + 4ul * ((source) / 32))
#define PLIC_THRESHOLD(context) (0x200000ul + 0x1000ul * (context))
#define PLIC_CLAIM(context)     (0x200004ul + 0x1000ul * (context))

#endif

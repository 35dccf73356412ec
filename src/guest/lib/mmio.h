#ifndef GUEST_LIB_MMIO_H
#define GUEST_LIB_MMIO_H

#include <stdint.h>

/*
 * Device registers, read and written with exactly the size asked for, once, in order. What
 * is volatile is ordered among itself; the fences order it with memory that a device reads
 * or writes on its own (unprivileged specification, FENCE: I and O are device accesses).
 */
static inline uint8_t mmio_read8(uintptr_t at)
{
    return *(volatile uint8_t *)at;
}

static inline uint32_t mmio_read32(uintptr_t at)
{
    return *(volatile uint32_t *)at;
}

static inline uint64_t mmio_read64(uintptr_t at)
{
    return *(volatile uint64_t *)at;
}

static inline void mmio_write8(uintptr_t at, uint8_t value)
{
    *(volatile uint8_t *)at = value;
}

static inline void mmio_write32(uintptr_t at, uint32_t value)
{
    *(volatile uint32_t *)at = value;
}

static inline void mmio_write64(uintptr_t at, uint64_t value)
{
    *(volatile uint64_t *)at = value;
}

/* What has been stored in memory is there before the next store to a device. */
static inline void before_device_write(void)
{
    __asm__ volatile("fence w, o" : : : "memory");
}

/* What a device has stored in memory is seen by loads after the last load of a register. */
static inline void after_device_read(void)
{
    __asm__ volatile("fence i, r" : : : "memory");
}

#endif

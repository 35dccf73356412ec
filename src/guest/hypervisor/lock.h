#ifndef GUEST_HYPERVISOR_LOCK_H
#define GUEST_HYPERVISOR_LOCK_H

#include <stdint.h>

/* One hart at a time. The hypervisor is never interrupted, so it cannot meet itself. */
struct lock {
    uint32_t taken;
};

static inline void lock(struct lock *lock)
{
    while (__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE))
        ;
}

static inline void unlock(struct lock *lock)
{
    __atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
}

#endif

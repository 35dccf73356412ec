#ifndef GUEST_HYPERVISOR_DECODE_H
#define GUEST_HYPERVISOR_DECODE_H

#include "hypervisor/guest.h"

/* What a load or store asks of a device. */
struct access {
    bool store;
    bool sign;       /* what is loaded is extended by its sign */
    unsigned width;  /* bytes: 1, 2, 4, 8 */
    unsigned reg;    /* that is loaded or stored */
    unsigned length; /* of the instruction: 2 or 4 bytes */
};

enum decoded {
    DECODED,
    DECODE_OTHER, /* not a plain load or store: the device is asked for what it cannot do */
    DECODE_AGAIN /* the instruction cannot be read: let the guest run into that itself */
};

/* Finds out which instruction of the guest has trapped with a guest-page fault. */
enum decoded decode(const struct guest *guest, struct access *access);

#endif

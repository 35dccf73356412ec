#ifndef MACHINE_DEVICE_IO_BRIDGE_H
#define MACHINE_DEVICE_IO_BRIDGE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What stands between the bus and a device that reads and writes memory by itself. A
 * device behind an IOMMU asks its bridge before each access: may I, and where is it? Its
 * own addresses are then I/O virtual addresses (IOVA). A device without a bridge puts its
 * addresses on the bus as they are.
 */
struct io_request {
    uint64_t iova;
    uint32_t device_id;
    uint8_t access; /* ACCESS_LOAD or ACCESS_STORE */
};

struct io_answer {
    uint64_t pa;    /* of the IOVA; good for the 4 KiB that it is in */
    uint64_t ready; /* the cycle at which the device has the answer */
    uint64_t age;   /* of what was answered from: see `age` below */
    bool allowed;   /* false: the access must not be made, and it has been reported */
};

struct io_bridge {
    struct io_answer (*translate)(void *ctx, const struct io_request *request,
                                  uint64_t now);
    /*
     * Changes whenever software has made the IOMMU forget something. An answer is for one
     * access; if its age is not this one any more when the access is to be made, the
     * device asks again, so that after an invalidation nothing is done by what was
     * invalidated.
     */
    uint64_t (*age)(const void *ctx);
    void *ctx;
};

#endif

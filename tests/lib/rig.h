#ifndef TESTS_LIB_RIG_H
#define TESTS_LIB_RIG_H

#include "machine/device/device.h"

/*
 * One device on a bus of its own, with the test as the only initiator: it accesses
 * registers, lets time go on and looks at lines and events.
 */
enum { RIG_EVENTS = 8192, RIG_LINE = 10 };

#define RIG_BASE UINT64_C(0x10000000)

struct rig_setting {
    const char *name; /* NULL: the last one */
    uint64_t value;
};

struct rig {
    struct queue queue;
    struct event_stream events;
    struct costs costs;
    struct bus bus;
    struct device *device;
    bool irq;       /* level of interrupt line 0 */
    unsigned rises; /* how often it has gone high */
    bool asks;      /* level of request line 0 */
    struct event heard[RIG_EVENTS];
    unsigned heard_count;
};

/* Makes the device with its lines connected and resets it. `settings` may be NULL. */
struct rig *rig_new(const struct device_type *type, const struct rig_setting *settings);
void rig_free(struct rig *rig);

/* For places that a test makes itself: `row` is an array of settings. */
uint64_t rig_setting_of(void *row, const char *name, uint64_t otherwise);

/* Register accesses over the bus; they must succeed. */
uint64_t rig_read(struct rig *rig, uint32_t offset, unsigned size);
void rig_write(struct rig *rig, uint32_t offset, unsigned size, uint64_t value);
uint64_t rig_peek(struct rig *rig, uint32_t offset, unsigned size);

/* What the bus answers to an access. */
enum bus_response rig_try_read(struct rig *rig, uint32_t offset, unsigned size);
enum bus_response rig_try_write(struct rig *rig, uint32_t offset, unsigned size);

/* Time goes on by that many cycles; what is due by then, at its end too, is done. */
void rig_wait(struct rig *rig, uint64_t cycles);

/* Until nothing is due any more, but for at most that many cycles. */
void rig_settle(struct rig *rig, uint64_t most);

/* How many events of a kind were heard, and the n-th of them. */
unsigned rig_count(const struct rig *rig, enum event_kind kind);
const struct event *rig_event(const struct rig *rig, enum event_kind kind, unsigned n);

/* Digest of device, bus and queue; saving and loading their state. */
uint64_t rig_digest(struct rig *rig);
void rig_save(struct rig *rig, struct buf *out);
void rig_load(struct rig *rig, const struct buf *in);

/*
 * Fails the test unless the whole state can be saved, overwritten with garbage and
 * restored: the digest must be the same, and `go_on` must then lead to the digest and
 * the number of events that it leads to without all this.
 */
void rig_check_state(struct rig *rig, void (*go_on)(struct rig *rig));

#endif

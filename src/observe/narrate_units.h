#ifndef OBSERVE_NARRATE_UNITS_H
#define OBSERVE_NARRATE_UNITS_H

#include "observe/narrate.h"

/* How narrate_event.c writes the fields of events: a function a unit. */

/* What a field's words may depend on besides its value. */
struct unit_context {
    const struct narrator *narrator;
    const struct event *event;
};

typedef void unit_put(struct buf *out, const struct unit_context *context,
                      uint64_t value);

/* narrate_hart.c */
unit_put unit_dec, unit_hex, unit_marker, unit_bytes, unit_cycles, unit_va, unit_insn,
    unit_xreg, unit_csr_name, unit_hart, unit_mip_bit, unit_mode, unit_trap_cause;

/* narrate_device.c */
unit_put unit_device, unit_channel_of, unit_who, unit_irq, unit_register_of,
    unit_value_of, unit_dma_source, unit_dma_dest, unit_character, unit_device_id,
    unit_iommu_cause, unit_transaction_type, unit_iotval2, unit_ata_command,
    unit_virtio_type, unit_virtio_rule;

/* narrate_outside.c: all of what an act does; without its event, the kind of act alone. */
unit_put unit_act;

/* The event's board; NULL: it is not known. */
const struct board *unit_board(const struct unit_context *context);

/* A field of the same event by its name; 0 if it has none of that name. */
uint64_t unit_sibling(const struct unit_context *context, const char *name);

/* NULL: the run or the device is not known. */
const struct device *narrate_device_at(const struct run *run, unsigned board,
                                       unsigned device);

/* "DMA channel 0", with its controller's name where there are several. */
void narrate_put_channel(struct buf *out, const struct run *run, unsigned board,
                         const struct device *device, unsigned channel);

#endif

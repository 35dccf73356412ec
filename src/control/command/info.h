#ifndef CONTROL_COMMAND_INFO_H
#define CONTROL_COMMAND_INFO_H

#include "control/command/command.h"

/*
 * What the rows of info.c do. All of it is peeked: nothing is changed.
 *
 *   info_hart.c    registers, harts          info_csr.c      CSRs
 *   info_page.c    TLB and page tables       info_device.c   devices and their registers
 *   info_dma.c     DMA channels              info_irq.c      interrupts
 *   info_board.c   map, bus, costs, queue    info_run.c      metrics, events
 *   info_program.c symbols, lines, regions   info_virtqueue.c  virtio queues
 *   info_iommu.c   IOMMUs, what they would do   info_calls.c  the call stack
 *   info_ring.c    rings, slot by slot      info_lanes.c    who did what when
 */
bool info_registers(struct call *call, struct err *err);
bool info_harts(struct call *call, struct err *err);
bool info_modes(struct call *call, struct err *err);
bool info_choose_hart(struct call *call, struct err *err);
bool info_csr(struct call *call, struct err *err);
bool info_tlb(struct call *call, struct err *err);
bool info_walk(struct call *call, struct err *err);
bool info_calls(struct call *call, struct err *err);
bool info_devices(struct call *call, struct err *err);
bool info_device(struct call *call, struct err *err);
bool info_disk(struct call *call, struct err *err);
bool info_dma(struct call *call, struct err *err);
bool info_ring(struct call *call, struct err *err);
bool info_iommu(struct call *call, struct err *err);
bool info_iommu_walk(struct call *call, struct err *err);
bool info_virtqueue(struct call *call, struct err *err);
bool info_irq(struct call *call, struct err *err);
bool info_map(struct call *call, struct err *err);
bool info_bus(struct call *call, struct err *err);
bool info_costs(struct call *call, struct err *err);
bool info_queue(struct call *call, struct err *err);
bool info_metrics(struct call *call, struct err *err);
bool info_events(struct call *call, struct err *err);
bool info_lanes(struct call *call, struct err *err);
bool info_symbols(struct call *call, struct err *err);
bool info_line(struct call *call, struct err *err);
bool info_regions(struct call *call, struct err *err);

/* A cell with a device's register in words: its fields, or nothing. */
void info_register_cell(struct table *table, const struct reg *reg, uint64_t value);

#endif

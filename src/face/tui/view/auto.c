/* The pane that changes with what happens: each event has a view that explains it. */
#include "face/tui/view/view.h"

#include "face/tui/watch/peek.h"

#include <stddef.h>
#include <string.h>

/* Views of devices, by their types. */
static const struct view *of_device(const struct watch *watch, uint8_t index)
{
    static const struct {
        const char *type;
        const struct view *view;
    } rows[] = {
        {"dma", &dma_view},
        {"ata", &disk_view},
        {"virtio-blk", &virtqueue_view},
        {"plic", &interrupts_view},
        {"uart", &console_view},
        {"iommu", &iommu_view},
    };
    const struct board *board = watch->board;

    for (size_t i = 0; index < board->devices && i < sizeof(rows) / sizeof(rows[0]);
         i++)
        if (strcmp(board->device[index]->type->name, rows[i].type) == 0)
            return rows[i].view;
    return &registers_view;
}

static const struct view *of_address(const struct watch *watch, uint64_t pa)
{
    const struct mmio *mmio = bus_find(&watch->board->bus, pa);

    return mmio ? of_device(watch, mmio->device) : &registers_view;
}

static const struct view *of_initiator(uint8_t initiator)
{
    switch ((int)initiator_kind(initiator)) {
    case BY_DMA:
        return &dma_view;
    case BY_VIRTIO:
        return &virtqueue_view;
    case BY_IOMMU:
        return &walk_view;
    default:
        return &registers_view;
    }
}

/* By the kind of event alone. */
static const struct view *const of_kind[EVENT_KINDS] = {
    [EVENT_TRAP_ENTER] = &csrs_view,
    [EVENT_TRAP_RETURN] = &csrs_view,
    [EVENT_CSR_WRITE] = &csrs_view,
    [EVENT_WALK_STEP] = &walk_view,
    [EVENT_TLB_FILL] = &walk_view,
    [EVENT_TLB_FLUSH] = &caches_view,
    [EVENT_IRQ_LINE] = &gates_view,
    [EVENT_IRQ_PENDING] = &gates_view,
    [EVENT_IRQ_CLAIM] = &gates_view,
    [EVENT_IRQ_COMPLETE] = &gates_view,
    [EVENT_HART_LINE] = &gates_view,
    [EVENT_REQUEST_LINE] = &dma_view,
    [EVENT_DMA_STATE] = &dma_view,
    [EVENT_DMA_DESCRIPTOR] = &ring_view,
    [EVENT_DMA_BURST] = &dma_view,
    [EVENT_DMA_DONE] = &ring_view,
    [EVENT_DMA_ERROR] = &dma_view,
    [EVENT_DISK_COMMAND] = &disk_view,
    [EVENT_DISK_PHASE] = &disk_view,
    [EVENT_CONSOLE] = &console_view,
    [EVENT_MARKER] = &exit_view,
    [EVENT_VM_EXIT] = &exit_view,
    [EVENT_VM_ENTRY] = &exit_view,
    [EVENT_IOMMU_TRANSLATE] = &walk_view,
    [EVENT_IOMMU_WALK] = &walk_view,
    [EVENT_IOMMU_FILL] = &walk_view,
    [EVENT_IOMMU_CONTEXT] = &walk_view,
    [EVENT_IOMMU_INVAL] = &caches_view,
    [EVENT_IOMMU_FAULT] = &walk_view,
    [EVENT_IOMMU_RECORD] = &iommu_view,
    [EVENT_IOMMU_COMMAND] = &iommu_view,
    [EVENT_VIRTIO_NOTIFY] = &virtqueue_view,
    [EVENT_VIRTIO_STATE] = &virtqueue_view,
    [EVENT_VIRTIO_CHAIN] = &virtqueue_view,
    [EVENT_VIRTIO_USED] = &virtqueue_view,
    [EVENT_VIRTIO_INTERRUPT] = &virtqueue_view,
    [EVENT_VIRTIO_ERROR] = &virtqueue_view,
};

static const struct view *explaining(const struct watch *watch)
{
    const struct event *event = &watch->focus;

    if (!watch->has_focus)
        return &registers_view;
    if (event->kind == EVENT_MMIO_READ)
        return of_device(watch, event->mmio_read.device);
    if (event->kind == EVENT_MMIO_WRITE)
        return of_device(watch, event->mmio_write.device);
    if (event->kind == EVENT_INSN && event->insn.access != ACCESS_NONE)
        return of_address(watch, event->insn.pa);
    if (event->kind == EVENT_BUS_TRANSFER)
        return of_initiator(event->bus_transfer.initiator);
    return of_kind[event->kind] ? of_kind[event->kind] : &registers_view;
}

const struct view *view_explaining(const struct watch *watch)
{
    const struct view *view = explaining(watch);

    return view->absent && view->absent(watch) ? &registers_view : view;
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    view_explaining(watch)->draw(watch, state, canvas, area);
}

const struct view auto_view = {
    .name = "auto",
    .help = "the view that explains what happens now",
    .class = VIEW_INSTRUCTIONS,
    .cols = 38,
    .rows = 3,
    .wide = 54,
    .tells = "where",
    .draw = draw,
};

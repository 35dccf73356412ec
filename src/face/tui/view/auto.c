/* The pane that changes with what happens: each event has a view that explains it. */
#include "face/tui/view/view.h"

#include "face/tui/watch/peek.h"

#include <stddef.h>

/* Is the register, or the line, one of the DMA controller's? */
static bool is_of_dma(const struct watch *watch, uint8_t device)
{
    const struct device *dma = watch_device(watch, "dma", 0);

    return dma && device == dma->index;
}

const struct view *view_explaining(const struct watch *watch)
{
    const struct event *event = &watch->focus;
    bool dma = false;

    if (!watch->has_focus)
        return &registers_view;
    switch ((int)event->kind) {
    case EVENT_BUS_TRANSFER:
    case EVENT_DMA_STATE:
    case EVENT_DMA_DESCRIPTOR:
    case EVENT_DMA_BURST:
    case EVENT_DMA_DONE:
    case EVENT_DMA_ERROR:
        dma = watch_device(watch, "dma", 0) != NULL;
        break;
    case EVENT_MMIO_WRITE:
        dma = is_of_dma(watch, event->mmio_write.device);
        break;
    case EVENT_IRQ_LINE:
        dma = is_of_dma(watch, event->irq_line.device);
        break;
    default:
        break;
    }
    return dma ? &dma_view : &registers_view;
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
    .cols = 34,
    .rows = 3,
    .wide = 46,
    .tells = "where",
    .draw = draw,
};

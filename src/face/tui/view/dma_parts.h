#ifndef FACE_TUI_VIEW_DMA_PARTS_H
#define FACE_TUI_VIEW_DMA_PARTS_H

#include "face/tui/view/channel.h"

/* Rows about a DMA channel, which the views about DMA share. Each writes one row, from
 * `area.col` on; none is written outside `area.cols`. */

/* The state it is in among the steps of a burst: "fetch ─ read ─ ▐WRITE▌ ─ status". */
void dma_draw_states(struct canvas *canvas, struct area area,
                     const struct channel *channel);

/* How it came there: "idle 2,183 ▸ fetch 2,195 ▸ read 2,215". */
void dma_draw_way(struct canvas *canvas, struct area area,
                  const struct channel *channel);

/* "beat ■■▣□□□□□ 3 of 8   burst 17 of 64". */
void dma_draw_beats(struct canvas *canvas, struct area area,
                    const struct channel *channel);

/* "desc 5, slot 5 of 8, at 802004a0   irq", or which transfer it is. */
void dma_draw_work(struct canvas *canvas, struct area area,
                   const struct channel *channel);

/* "1,040 of 4,096 B here   21,520 B in all   5,416 uses of the bus". */
void dma_draw_moved(struct canvas *canvas, struct area area,
                    const struct channel *channel);

/* "fails at descriptor 5, 0x80210000: the bus refuses ..."; false: it has not failed. */
bool dma_draw_error(struct canvas *canvas, struct area area,
                    const struct channel *channel);

/* A register with what its bits mean; those that the event told of has changed. */
void dma_draw_register(struct canvas *canvas, struct area area,
                       const struct channel *channel, const char *name);

/* A descriptor, field by field, in as many rows as there are, at most 6. Gives them. */
int dma_draw_descriptor(struct canvas *canvas, struct area area,
                        const struct channel *channel,
                        const struct dma_descriptor *descriptor);

#endif

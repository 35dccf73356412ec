#ifndef FACE_TUI_VIEW_QUEUE_CHAINS_H
#define FACE_TUI_VIEW_QUEUE_CHAINS_H

#include "face/tui/canvas/canvas.h"
#include "face/tui/watch/text.h"
#include "observe/ask/queues.h"

/*
 * The chains of a virtqueue whose heads are in its available ring, by head: descriptors
 * with what the device does with each, and arrows to the next.
 */
enum { QUEUE_BOX_COLS = 26, QUEUE_BOX_ROWS = 5 };

/* A row a chain: "d 0 reads 16 B ─▸ 1 writes 512 B ─▸ 2 writes 1 B". */
void queue_chains_rows(struct canvas *canvas, struct area area,
                       const struct watch *watch, const struct virtq *queue);

/* A row of boxes a chain. */
void queue_chains_boxes(struct canvas *canvas, struct area area,
                        const struct watch *watch, const struct virtq *queue);

#endif

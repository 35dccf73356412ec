#ifndef GUEST_INCLUDE_DMA_H
#define GUEST_INCLUDE_DMA_H

/*
 * A channel of the DMA controller: the registers of the platform DMA engine of the SiFive
 * FU540 (its manual, chapter 12), and from 0x200 on those that only our board has. Each
 * channel has a page of its own, so that one channel can be given to a guest.
 */
#define DMA_CHANNEL_SIZE 0x1000

#define DMA_CONTROL          0x000 /* 32 bits */
#define DMA_NEXT_CONFIG      0x004 /* 32 bits */
#define DMA_NEXT_BYTES       0x008
#define DMA_NEXT_DESTINATION 0x010
#define DMA_NEXT_SOURCE      0x018
#define DMA_RING_BASE        0x200
#define DMA_RING_SIZE        0x208 /* 32 bits */
#define DMA_BUS_MODE         0x20c /* 32 bits */
#define DMA_CONSUMER         0x210 /* 32 bits */
#define DMA_PRODUCER         0x214 /* 32 bits */
#define DMA_FAILED           0x218 /* 32 bits */
#define DMA_REASON           0x21c /* 32 bits */
#define DMA_CHAIN_HEAD       0x220
#define DMA_MOVED            0x228
#define DMA_PRIORITY         0x230 /* 32 bits */
#define DMA_REQUEST          0x234 /* 32 bits */
#define DMA_FAILED_ADDRESS   0x238

#define DMA_CONTROL_CLAIM   (1u << 0)
#define DMA_CONTROL_RUN     (1u << 1)
#define DMA_CONTROL_DONE_IE (1u << 14)
#define DMA_CONTROL_ERR_IE  (1u << 15)
#define DMA_CONTROL_DONE    (1u << 30)
#define DMA_CONTROL_ERROR   (1u << 31)

#define DMA_BUS_BURST       0
#define DMA_BUS_STEALING    1
#define DMA_BUS_TRANSPARENT 2

/* Request: which end of the transfer is a device, and the number of its request line. */
#define DMA_REQUEST_FROM_DEVICE (1u << 8)
#define DMA_REQUEST_TO_DEVICE   (2u << 8)

#endif

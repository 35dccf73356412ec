#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a field means. The unit decides how a value is written, what it may be compared
 * with, and which value says "none" (an optional part of a sentence is then left out).
 */
enum event_unit {
    UNIT_DEC,
    UNIT_HEX,
    UNIT_BYTES,
    UNIT_CYCLES,
    UNIT_VA,            /* virtual address */
    UNIT_PA,            /* physical address */
    UNIT_PTE,           /* page-table entry */
    UNIT_BITS,          /* an instruction's encoding */
    UNIT_XREG,          /* integer register number; none: 0 */
    UNIT_CSR,           /* CSR number; none: EVENT_NO_CSR */
    UNIT_HART,          /* hart id */
    UNIT_DEVICE,        /* index of a device in its board's table */
    UNIT_CHANNEL,       /* DMA channel number */
    UNIT_INITIATOR,     /* who uses the bus: enum initiator in machine/memory/bus.h */
    UNIT_IRQ,           /* interrupt source number at the interrupt controller */
    UNIT_MIP,           /* bit number in mip */
    UNIT_MODE,          /* privilege mode: 0 U, 1 S, 3 M, 4 VU, 5 VS */
    UNIT_CAUSE,         /* mcause: bit 63 set for interrupts */
    UNIT_ACCESS,        /* enum event_access; none: ACCESS_NONE */
    UNIT_OUTCOME,       /* enum walk_outcome */
    UNIT_RESPONSE,      /* enum bus_response; none: BUS_OKAY */
    UNIT_BOOL,          /* no, yes */
    UNIT_LEVEL,         /* of a line that somebody drives: lowers, raises */
    UNIT_EDGE,          /* of a line as it is seen: falls, rises */
    UNIT_SLEEP,         /* wakes up, starts to wait */
    UNIT_PENDING,       /* stops being pending, becomes pending */
    UNIT_REGISTER,      /* offset of a register in the event's device */
    UNIT_REGVALUE,      /* a value of the register at the event's offset */
    UNIT_DMASTATE,      /* enum dma_channel_state */
    UNIT_DMAERROR,      /* enum dma_error_reason */
    UNIT_ATACOMMAND,    /* ATA command code */
    UNIT_DISKPHASE,     /* enum disk_phase */
    UNIT_CHAR,          /* a character */
    UNIT_DIRECTION,     /* enum dma_direction */
    UNIT_DMASOURCE,     /* an address, or a device by the event's line and direction */
    UNIT_DMADEST,       /* likewise */
    UNIT_ACT,           /* enum act_kind */
    UNIT_GPA,           /* guest physical address; none: 0 */
    UNIT_STAGE,         /* enum walk_stage; none: STAGE_ONLY */
    UNIT_GUEST,         /* whose it is: a guest's; none: 0 */
    UNIT_MARKER,        /* number of a marker: the immediate of slti x0, x0, n */
    UNIT_DEVICEID,      /* by which an IOMMU knows a device */
    UNIT_IOMMUTABLE,    /* enum walk_stage, or enum iommu_directory */
    UNIT_IOMMUOUTCOME,  /* enum walk_outcome; a device context is a WALK_LEAF */
    UNIT_IOMMUFOUND,    /* enum iommu_found */
    UNIT_IOMMUCACHE,    /* enum iommu_cache */
    UNIT_IOMMUCAUSE,    /* enum iommu_cause */
    UNIT_TTYP,          /* type of an inbound transaction, as fault records have it */
    UNIT_IOTVAL2,       /* of a fault record; none: 0 */
    UNIT_IOMMUREPORT,   /* enum iommu_report */
    UNIT_IOMMURECORDED, /* enum iommu_recorded */
    UNIT_IOMMUCOMMAND,  /* enum iommu_command_number */
    UNIT_IOMMUDONE,     /* enum iommu_done */
    UNIT_VIRTIOSTATE,   /* enum virtio_state */
    UNIT_VIRTIOHEARD,   /* enum virtio_heard */
    UNIT_VIRTIOTYPE,    /* of a block request */
    UNIT_VIRTIORESULT,  /* enum virtio_blk_status */
    UNIT_VIRTIOREASON,  /* enum virtio_reason */
    UNIT_VIRTIORULE,    /* enum virtio_rule */
    UNIT_COUNT
};

enum { EVENT_NO_CSR = 0xffff };

/* The kinds of access that events tell of. */
enum event_access { ACCESS_NONE, ACCESS_LOAD, ACCESS_STORE, ACCESS_FETCH, ACCESS_AMO };

/* What reading one page-table entry led to. */
enum walk_outcome {
    WALK_NEXT,          /* a pointer to the next level's table */
    WALK_LEAF,          /* the translation */
    WALK_NOT_VALID,     /* V is 0, or W without R */
    WALK_RESERVED,      /* a reserved bit or encoding is set */
    WALK_NO_LEAF,       /* a pointer at the last level */
    WALK_NOT_PERMITTED, /* R, W, X or U does not allow the access */
    WALK_MISALIGNED,    /* a superpage whose low PPN bits are not 0 */
    WALK_NOT_ACCESSED,  /* A (or, for a store, D) is 0, and only software may set it */
    WALK_UPDATED,       /* the walk has set A or D in the entry */
    WALK_ACCESS_FAULT,  /* the entry itself cannot be read or written */
    WALK_GUEST_FAULT,   /* the G-stage does not translate the entry's own address */
    WALK_OUTCOMES
};

/* Which stage of address translation a walk belongs to. */
enum walk_stage {
    STAGE_ONLY, /* there is one: virtual to physical addresses */
    STAGE_VS,   /* the first of two: guest virtual to guest physical addresses */
    STAGE_G,    /* the second: guest physical to physical addresses */
    STAGES
};

/* What somebody outside may do to the machine. */
enum act_kind {
    ACT_INPUT,    /* characters come in at a device */
    ACT_MEMORY,   /* bytes of RAM are written */
    ACT_X,        /* an integer register of a hart is set */
    ACT_PC,       /* its pc is set */
    ACT_CSR,      /* one of its CSRs is written */
    ACT_REGISTER, /* a device register is written */
    ACT_KINDS
};

/* How the bus answers; the names are AXI's response codes. */
enum bus_response { BUS_OKAY, BUS_SLVERR, BUS_DECERR };

enum event_kind {
#define EVENT(KIND, name, help, sentence) EVENT_##KIND,
#define FIELD(name, type, field, unit)
#define EVENT_END(name)
#include "event/events.def"
    EVENT_KINDS
};

/* Listeners name kinds by the bits of a word. */
_Static_assert(EVENT_KINDS < 64, "a bit for each kind");

#define EVENT_BIT(kind) (UINT64_C(1) << (kind))
#define EVENT_ALL       (EVENT_BIT(EVENT_KINDS) - 1)

/* clang-format off */
#define EVENT(KIND, name, help, sentence) struct event_##name {
#define FIELD(name, type, field, unit) type field;
#define EVENT_END(name) };
/* clang-format on */
#include "event/events.def"

/*
 * One event. Its moment, (retired, order), exists in every run whether somebody listens
 * or not: `retired` instructions had been retired by all harts of the run, and `order`
 * events of any kind had been told since then.
 */
struct event {
    uint64_t retired;
    uint64_t cycle; /* when it begins; events of one instruction may share it */
    uint32_t order;
    uint8_t kind;  /* enum event_kind */
    uint8_t board; /* which board of the run */
    union {
#define EVENT(KIND, name, help, sentence) struct event_##name name;
#define FIELD(name, type, field, unit)
#define EVENT_END(name)
#include "event/events.def"
    };
};

struct event_field {
    const char *name;
    size_t offset; /* in struct event */
    uint8_t size;  /* bytes: 1, 2, 4 or 8 */
    enum event_unit unit;
};

struct event_info {
    const char *name;
    const char *help;
    const char *sentence;
    const struct event_field *fields; /* ends with a NULL name */
};

extern const struct event_info event_infos[EVENT_KINDS];

/* A field's value by its description: what recorders, Lua and columns share. */
uint64_t event_get(const struct event *event, const struct event_field *field);

/* The first field of a kind that has this unit, or NULL. */
const struct event_field *event_field_of(enum event_kind kind, enum event_unit unit);

/* The field that says who acts: an initiator, else a hart, a channel or a device, or NULL. */
const struct event_field *event_actor(enum event_kind kind);

/* The device that an event tells of: its index in its board's table; -1: of none. */
int event_device(const struct event *event);

/* The kind with that name, or EVENT_KINDS. */
enum event_kind event_kind_by_name(const char *name);

/*
 * The stream. Parts of the machine tell events by EMIT; listeners take the kinds they
 * asked for. Numbering goes on for events that nobody hears, so that moments are the
 * same in every run.
 */
struct event_sink {
    uint64_t kinds; /* EVENT_BIT of each kind that is wanted */
    void (*take)(void *ctx, const struct event *event);
    void *ctx;
};

enum { EVENT_SINKS = 16 };

struct event_stream {
    uint64_t kinds;   /* what any listener wants */
    uint64_t retired; /* instructions retired by all harts of the run */
    uint32_t order;   /* events told since the last one was retired */
    uint8_t board;    /* the board that acts now */
    unsigned sinks;
    struct event_sink sink[EVENT_SINKS];
};

/* Starts or stops listening; `ctx` and `take` together name the listener. */
void event_listen(struct event_stream *stream, struct event_sink sink);
void event_unlisten(struct event_stream *stream,
                    void (*take)(void *, const struct event *), void *ctx);

/* Fills in moment and board and hands the event to the listeners. For EMIT. */
void event_tell(struct event_stream *stream, struct event *event);

/*
 * EMIT(stream, cycle, KIND, name, .field = value, ...): tells one event. The fields are
 * evaluated only if somebody listens for the kind.
 */
#define EMIT(stream, at, KIND, payload, ...)                                           \
    do {                                                                               \
        struct event_stream *emit_to = (stream);                                       \
        if (emit_to->kinds & EVENT_BIT(EVENT_##KIND))                                  \
            event_tell(emit_to, &(struct event){.cycle = (at),                         \
                                                .kind = EVENT_##KIND,                  \
                                                .payload = {__VA_ARGS__}});            \
        emit_to->order++;                                                              \
    } while (0)

#endif

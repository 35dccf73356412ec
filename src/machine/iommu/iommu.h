#ifndef MACHINE_IOMMU_IOMMU_H
#define MACHINE_IOMMU_IOMMU_H

#include "base/bits.h"
#include "machine/device/device.h"
#include "machine/device/io_bridge.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The IOMMU of the RISC-V IOMMU Architecture Specification 1.0: it translates the
 * addresses of devices that are behind it, and refuses what software has not allowed. Its
 * data sheet is docs/manual/iommu.md.
 *
 *   iommu_translate.c  what an access of a device goes through, in the specification's order
 *   iommu_live.c       the same as it happens, at a price; what devices ask
 *   iommu_look.c       the same without any effect, to be looked at
 *   iommu_directory.c  from a device id to its device context
 *   iommu_cache.c      what is remembered of both, until software says otherwise
 *   iommu_command.c    the command queue: what software says
 *   iommu_fault.c      the fault queue: what software is told; interrupts
 *   iommu_debug.c      translations that software asks for
 *   iommu_engine.c     when: moves over the bus, one at a time
 *   iommu_regs.c       the registers, and the device type
 */
enum {
    IOMMU_WIRES = 4,
    IOMMU_UNITS = 4,    /* of a board */
    IOMMU_PENDING = 16, /* faults that wait for the fault queue */
    IOMMU_CACHE_MAX = 4096,
    IOMMU_CONTEXT_SIZE = 32, /* bytes: a device context in base format */
    IOMMU_COMMAND_SIZE = 16,
    IOMMU_RECORD_SIZE = 32
};

/* 5.3 "IOMMU capabilities": what this one can have. A board may take Sv39, Sv39x4,
 * AMO_HWAD and DBG away. */
#define IOMMU_CAP_VERSION  BITS(7, 0)
#define IOMMU_CAP_SV39     BIT(9)
#define IOMMU_CAP_SV39X4   BIT(17)
#define IOMMU_CAP_AMO_HWAD BIT(24)
#define IOMMU_CAP_IGS      BITS(29, 28)
#define IOMMU_CAP_DBG      BIT(31)
#define IOMMU_CAP_PAS      BITS(37, 32)
#define IOMMU_CAP_OPTIONAL                                                             \
    (IOMMU_CAP_SV39 | IOMMU_CAP_SV39X4 | IOMMU_CAP_AMO_HWAD | IOMMU_CAP_DBG)
/* Version 1.0, wire-signaled interrupts only, 56 bits of physical address. */
#define IOMMU_CAP_FIXED (UINT64_C(0x10) | BIT(28) | UINT64_C(56) << 32)

#define IOMMU_FCTL_WSI BIT(1)

/* ddtp */
#define IOMMU_DDTP_MODE BITS(3, 0)
#define IOMMU_DDTP_PPN  BITS(53, 10)
enum iommu_mode { IOMMU_OFF, IOMMU_BARE, IOMMU_1LVL, IOMMU_2LVL };

/* cqb, fqb: LOG2SZ - 1 and PPN */
#define IOMMU_QUEUE_LOG2SZ BITS(4, 0)
#define IOMMU_QUEUE_PPN    BITS(53, 10)

/* cqcsr, fqcsr: enable, interrupt enable, active and busy are the same bits in both. */
#define IOMMU_QUEUE_EN   BIT(0)
#define IOMMU_QUEUE_IE   BIT(1)
#define IOMMU_QUEUE_MF   BIT(8)
#define IOMMU_QUEUE_ON   BIT(16)
#define IOMMU_QUEUE_BUSY BIT(17)
#define IOMMU_CMD_TO     BIT(9)
#define IOMMU_CMD_ILL    BIT(10)
#define IOMMU_FENCE_W_IP BIT(11)
#define IOMMU_FQOF       BIT(9)

#define IOMMU_CIP BIT(0)
#define IOMMU_FIP BIT(1)

/* tr_req_ctl, tr_response */
#define IOMMU_TR_BUSY  BIT(0)
#define IOMMU_TR_EXE   BIT(2)
#define IOMMU_TR_NW    BIT(3)
#define IOMMU_TR_PV    BIT(32)
#define IOMMU_TR_PID   BITS(31, 12)
#define IOMMU_TR_PRIV  BIT(1)
#define IOMMU_TR_DID   BITS(63, 40)
#define IOMMU_TR_FAULT BIT(0)
#define IOMMU_TR_PPN   BITS(53, 10)

/* The device context: 2.1.3 "Device-context fields". */
#define IOMMU_TC_V     BIT(0)
#define IOMMU_TC_DTF   BIT(4)
#define IOMMU_TC_PDTV  BIT(5)
#define IOMMU_TC_GADE  BIT(7)
#define IOMMU_TC_SADE  BIT(8)
#define IOMMU_ATP_PPN  BITS(43, 0) /* of iohgatp and iosatp */
#define IOMMU_ATP_MODE BITS(63, 60)
#define IOMMU_GSCID    BITS(59, 44)
#define IOMMU_PSCID    BITS(31, 12)

/* 3.2, "Fault record CAUSE field encodings": those that can occur here. */
enum iommu_cause {
    IOMMU_NO_CAUSE = 0,
    IOMMU_FETCH_ACCESS = 1,
    IOMMU_READ_ACCESS = 5,
    IOMMU_WRITE_ACCESS = 7,
    IOMMU_FETCH_PAGE = 12,
    IOMMU_READ_PAGE = 13,
    IOMMU_WRITE_PAGE = 15,
    IOMMU_FETCH_GUEST_PAGE = 20,
    IOMMU_READ_GUEST_PAGE = 21,
    IOMMU_WRITE_GUEST_PAGE = 23,
    IOMMU_ALL_DISALLOWED = 256,
    IOMMU_DDT_ACCESS = 257,
    IOMMU_DDT_NOT_VALID = 258,
    IOMMU_DDT_MISCONFIGURED = 259,
    IOMMU_TYPE_DISALLOWED = 260,
    IOMMU_CAUSES
};

/* What a cause is called, or NULL; which transaction a TTYP means, or NULL. */
const char *iommu_cause_name(unsigned cause);
const char *iommu_ttyp_name(unsigned ttyp);

/* A device context in base format, as it is in memory. */
struct iommu_context {
    uint64_t tc, iohgatp, ta, fsc;
};

/* What the caches hold. A translation is of 4 KiB; of a larger page every part that is
 * used has an entry of its own, which remembers how large each stage's page is. */
struct iommu_translation {
    uint64_t vpn, gpn, ppn;           /* IOVA, guest physical, physical: page numbers */
    uint64_t first, second;           /* the leaf PTEs; 0: that stage is Bare */
    uint32_t pscid, gscid;            /* 0 where the stage is Bare */
    uint16_t first_bits, second_bits; /* log2 of the pages' sizes */
    uint8_t has_first, has_second, global, valid;
};

struct iommu_kept_context {
    struct iommu_context context;
    uint32_t device_id, valid;
};

struct iommu_fault {
    uint64_t iotval, iotval2;
    uint64_t words; /* the record's first word */
};

/* Something that takes time: a delay, or a move of up to 32 bytes over the bus. */
struct iommu_engine {
    struct timer timer;
    uint8_t phase; /* enum iommu_phase */
    uint8_t doing; /* for whoever uses it */
    bool works;    /* counted in the bus's `others` */
    bool write, ok;
    uint8_t size, count; /* bytes of an access, and how many */
    uint64_t pa;
    uint64_t word[4];
    struct iommu *iommu;
    void (*done)(struct iommu *iommu);
};

/* Counters that the IOMMU always keeps; state. */
struct iommu_counts {
    uint64_t translations;   /* that devices have asked for */
    uint64_t hits, misses;   /* of the translation cache */
    uint64_t context_misses; /* of the directory cache */
    uint64_t reads;          /* entries of directories and page tables that were read */
    uint64_t faults;         /* accesses that were refused */
};

struct iommu {
    struct device device;

    /* Registers, by their names in the specification. */
    uint64_t capabilities, ddtp, cqb, fqb, icvec;
    uint64_t tr_req_iova, tr_req_ctl, tr_response;
    uint32_t fctl, cqh, cqt, fqh, fqt, cqcsr, fqcsr, ipsr;

    /* The caches. */
    unsigned sets, ways, contexts;
    struct iommu_translation *translation; /* sets * ways, by set */
    uint8_t *victim;                       /* by set */
    struct iommu_kept_context *context;
    uint32_t context_victim;
    uint64_t age; /* changes when something is to be forgotten */

    struct iommu_engine command, fault, debug;
    uint64_t doing[2];   /* the command in progress */
    uint64_t port_until; /* its one port to the bus is taken until then */
    bool acting;         /* makes an access now: it does not answer itself */

    struct iommu_fault pending[IOMMU_PENDING];
    uint32_t pending_first, pending_count;

    struct iommu_counts counts;
    bool bare; /* ddtp.iommu_mode after reset: Bare, not Off */
};

extern const struct device_type iommu_type;

/* Is that initiator this device, which may be of any type? */
static inline bool iommu_is_initiator(const struct device *device, unsigned initiator)
{
    return device->type == &iommu_type &&
           initiator == (unsigned)INITIATOR_IOMMU + device->unit;
}

/* What devices behind it ask. */
struct io_bridge iommu_bridge(struct device *device);

/* Widest device id, in bits, that ddtp.iommu_mode has a place for; 0: no directory. */
unsigned iommu_id_bits(const struct iommu *iommu);

#endif

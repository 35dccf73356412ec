#ifndef GUEST_HYPERVISOR_GUEST_H
#define GUEST_HYPERVISOR_GUEST_H

#include "hypervisor/device/state.h"
#include "hypervisor/request.h"
#include "hypervisor/vcpu.h"
#include "lib/plic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUESTS = 4, HARTS = 8, CONSOLE_LINE = 120 };

#define PAGE     UINT64_C(0x1000)
#define MEGAPAGE UINT64_C(0x200000)
#define NEVER    UINT64_MAX

#define GUEST_RAM UINT64_C(0x80000000) /* where a guest finds its memory */

/* CSRs of the guest that stay in the hart from exit to exit, and change places only when
 * another guest is to run there: all that VS-mode can write, and hgatp. */
/* clang-format off */
#define EACH_GUEST_CSR(DO) \
    DO(vsstatus) DO(hie) DO(vstvec) DO(vsscratch) DO(vsepc) DO(vscause) DO(vstval) \
    DO(hvip) DO(vsatp) DO(scounteren) DO(senvcfg) DO(hgatp)
/* clang-format on */

struct guest_csrs {
#define MEMBER(name) uint64_t name;
    EACH_GUEST_CSR(MEMBER)
#undef MEMBER
};

enum guest_state {
    GUEST_RUNNABLE,
    GUEST_WAITING, /* in WFI, until one of its interrupts is pending */
    GUEST_STOPPED  /* for good */
};

/* A hart, and the guests that share it. Nobody else's hart touches them. */
struct hart {
    uint64_t stack; /* top of it; first, for start_hart */
    unsigned id;
    struct plic plic; /* the machine's, as this hart has it */
    struct guest *guest[GUESTS];
    unsigned guests;
    struct guest *loaded; /* whose CSRs the hart has */
    uint64_t turn_end;    /* when it is another guest's turn */
    bool turn_over;       /* it is */
};

/* A device that is not there: a range of guest-physical addresses that the second stage
 * does not map, so that every access is an exit, and what is done then. An access of
 * `width` bytes that the device does not take is answered by false. */
struct device {
    uint64_t base, size;
    bool (*read)(struct guest *guest, uint32_t offset, unsigned width, uint64_t *value);
    bool (*write)(struct guest *guest, uint32_t offset, unsigned width, uint64_t value);
};

struct tree;

/* Whose disk it is. */
enum disk_source {
    DISK_NONE,
    DISK_SHARED, /* a part of the back end's */
    DISK_OWN     /* passed through */
};

/* How a guest gets at its disk. */
struct disk_kind {
    const char *name;
    const struct device *device[4]; /* emulated, the busiest first; then NULL */
    enum disk_source source;
    bool uses_dma; /* the disk is ATA, with a channel of a DMA controller */
    void (*reset)(struct guest *guest);
    void (*nodes)(struct tree *tree, const struct guest *guest);
};

struct guest {
    struct vcpu vcpu; /* first: entry.S */
    struct guest_csrs csrs;
    uint64_t deadline; /* its timer, in ticks; in vstimecmp while it is loaded (Sstc) */
    struct hart *hart;
    unsigned number; /* 1 to 4; also its VMID, and its GSCID at the IOMMU */
    enum guest_state state;

    uint64_t ram, ram_size; /* guest-physical */
    uint64_t ram_at;        /* where that is in the machine */
    uint64_t read_only; /* a page of it that the guest, and its DMA, may only read */
    const char *bootargs;

    const struct disk_kind *kind;
    uint64_t first_lba, sectors; /* its part of the back end's disk */
    struct request request;      /* to the back end */
    unsigned disk;               /* passed through: which, of the machine's */
    bool one_to_one;             /* without an IOMMU: guest-physical is physical */

    char line[CONSOLE_LINE + 1]; /* what it has printed of a line */
    unsigned line_length;

    struct vplic vplic;
    struct vata vata;
    struct vdma vdma;
    struct vvirtio vvirtio;

    /* The second stage's tables: the root of Sv39x4 has four pages. */
    _Alignas(4 * PAGE) uint64_t root[2048];
    _Alignas(PAGE) uint64_t table[8][512];
    unsigned tables; /* used */
};

extern struct guest guests[GUESTS];
extern unsigned guest_count;
extern struct hart harts[HARTS]; /* that have guests */
extern unsigned hart_count;

/* Where `bytes` bytes at a guest-physical address are; NULL unless all of them are in the
 * guest's memory. Whatever comes from a guest and is used as an address goes through
 * this. */
void *guest_memory(const struct guest *guest, uint64_t gpa, uint64_t bytes);

/* Maps all of the guest's memory, or a page of a device's registers. */
void guest_map_ram(struct guest *guest);
void guest_map_device(struct guest *guest, uint64_t gpa, uint64_t at);

/* Gives the guest an exception, as the hart does in VS-mode. */
void guest_trap(struct guest *guest, uint64_t cause, uint64_t tval);

/* One of the guest's virtual interrupts: a bit of hvip. */
void guest_line(struct guest *guest, uint64_t bit, bool level);

#endif

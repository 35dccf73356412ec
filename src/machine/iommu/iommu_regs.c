#include "base/alloc.h"
#include "machine/iommu/iommu_cache.h"
#include "machine/iommu/iommu_command.h"
#include "machine/iommu/iommu_debug.h"
#include "machine/iommu/iommu_engine.h"
#include "machine/iommu/iommu_fault.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * The registers (chapter 5 "Memory-mapped register interface"), at the specification's
 * offsets. Those that capabilities makes absent are rows that keep nothing: they read 0.
 */
enum { WINDOW = 0x1000, MSI_ENTRIES = 16, COUNTERS = 31 };

static struct iommu *iommu_of(void *device)
{
    return device;
}

/* --- what registers cause ------------------------------------------------------ */

/* A mode that there is not, 3LVL among them, is not taken, nor is a step from one
 * directory to another: that would have to go by Off or Bare. */
static void ddtp_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    struct iommu *iommu = iommu_of(device);
    uint64_t was = field_get(old, IOMMU_DDTP_MODE);
    uint64_t is = field_get(iommu->ddtp, IOMMU_DDTP_MODE);

    (void)index;
    (void)wrote;
    if (is > IOMMU_2LVL || (is != was && is > IOMMU_BARE && was > IOMMU_BARE))
        iommu->ddtp = old;
    iommu->age++;
}

/* A queue that is on stays where it is. */
static bool is_fixed(uint32_t csr)
{
    return csr & (IOMMU_QUEUE_ON | IOMMU_QUEUE_BUSY);
}

static uint32_t index_mask(uint64_t base)
{
    return (uint32_t)(BIT(field_get(base, IOMMU_QUEUE_LOG2SZ) + 1) - 1);
}

static void cqb_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    struct iommu *iommu = iommu_of(device);

    (void)index;
    (void)wrote;
    if (is_fixed(iommu->cqcsr))
        iommu->cqb = old;
    iommu->cqt &= index_mask(iommu->cqb);
}

static void fqb_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    struct iommu *iommu = iommu_of(device);

    (void)index;
    (void)wrote;
    if (is_fixed(iommu->fqcsr))
        iommu->fqb = old;
    iommu->fqh &= index_mask(iommu->fqb);
}

static void cqt_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    (void)index;
    (void)old;
    (void)wrote;
    iommu_command_doorbell(iommu_of(device));
}

static void fqh_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    struct iommu *iommu = iommu_of(device);

    (void)index;
    (void)old;
    (void)wrote;
    iommu->fqh &= index_mask(iommu->fqb);
}

static void cqcsr_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    (void)index;
    (void)wrote;
    iommu_command_control(iommu_of(device), (uint32_t)old);
}

static void fqcsr_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    (void)index;
    (void)wrote;
    iommu_fault_control(iommu_of(device), (uint32_t)old);
}

static void ipsr_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    (void)index;
    (void)old;
    (void)wrote;
    iommu_interrupts(iommu_of(device));
}

/* A vector is the number of a wire, and takes only numbers that are connected. */
static uint64_t vector_bits(const struct iommu *iommu)
{
    return iommu->device.lines >= 4   ? BITS(1, 0)
           : iommu->device.lines >= 2 ? BIT(0)
                                      : 0;
}

static void icvec_written(void *device, unsigned index, uint64_t old, uint64_t wrote)
{
    struct iommu *iommu = iommu_of(device);

    (void)index;
    (void)old;
    (void)wrote;
    iommu->icvec &= vector_bits(iommu) | vector_bits(iommu) << 4;
    iommu_interrupts(iommu);
}

static void tr_req_iova_written(void *device, unsigned index, uint64_t old,
                                uint64_t wrote)
{
    (void)index;
    (void)wrote;
    iommu_debug_iova(iommu_of(device), old);
}

static void tr_req_ctl_written(void *device, unsigned index, uint64_t old,
                               uint64_t wrote)
{
    (void)index;
    (void)wrote;
    iommu_debug_control(iommu_of(device), old);
}

/* --- the table ----------------------------------------------------------------- */

static const char *const mode_names[] = {"Off", "Bare", "1LVL", "2LVL", NULL};
static const char *const igs_names[] = {"MSI", "WSI", "BOTH", NULL};

static const struct reg_field capabilities_fields[] = {
    {7, 0, "version", "of the specification: 0x10 is 1.0", NULL},
    {8, 8, "Sv32", "first stage by Sv32", NULL},
    {9, 9, "Sv39", "first stage by Sv39", NULL},
    {10, 10, "Sv48", "first stage by Sv48", NULL},
    {11, 11, "Sv57", "first stage by Sv57", NULL},
    {15, 15, "Svpbmt", "memory types in page tables", NULL},
    {16, 16, "Sv32x4", "second stage by Sv32x4", NULL},
    {17, 17, "Sv39x4", "second stage by Sv39x4", NULL},
    {18, 18, "Sv48x4", "second stage by Sv48x4", NULL},
    {19, 19, "Sv57x4", "second stage by Sv57x4", NULL},
    {21, 21, "AMO_MRIF", "interrupt files in memory are updated in one step", NULL},
    {22, 22, "MSI_FLAT", "MSI page tables, and device contexts of 64 bytes", NULL},
    {23, 23, "MSI_MRIF", "MSIs into interrupt files in memory", NULL},
    {24, 24, "AMO_HWAD", "the IOMMU sets A and D in page tables", NULL},
    {25, 25, "ATS", "PCIe address translation services", NULL},
    {26, 26, "T2GPA", "guest addresses in answers to ATS requests", NULL},
    {27, 27, "END", "big and little endian", NULL},
    {29, 28, "IGS", "how interrupts are signaled", igs_names},
    {30, 30, "HPM", "performance counters", NULL},
    {31, 31, "DBG", "software may ask for a translation", NULL},
    {37, 32, "PAS", "bits of a physical address", reg_decimal},
    {38, 38, "PD8", "process directories of one level", NULL},
    {39, 39, "PD17", "process directories of two levels", NULL},
    {40, 40, "PD20", "process directories of three levels", NULL},
    {41, 41, "QOSID", "quality-of-service ids", NULL},
    {42, 42, "NL", "invalidation of non-leaf entries", NULL},
    {43, 43, "S", "invalidation of address ranges", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field fctl_fields[] = {
    {0, 0, "BE", "tables and queues are big-endian", NULL},
    {1, 1, "WSI", "interrupts are signaled by wires", NULL},
    {2, 2, "GXL", "second stage by Sv32x4", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field ddtp_fields[] = {
    {3, 0, "iommu_mode", "who may do anything, and by which directory", mode_names},
    {4, 4, "busy", "never: a write acts at once", NULL},
    {53, 10, "PPN", "page number of the directory's root", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field base_fields[] = {
    {4, 0, "LOG2SZ-1", "log2 of the queue's entries, less 1", reg_decimal},
    {53, 10, "PPN", "page number of the queue", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field index_fields[] = {
    {31, 0, "index", "of an entry of the queue", reg_decimal},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field cqcsr_fields[] = {
    {0, 0, "cqen", "turns the queue on and off; turning it on clears cqh", NULL},
    {1, 1, "cie", "interrupts of the queue", NULL},
    {8, 8, "cqmf", "memory refused a command or a fence's data", NULL},
    {9, 9, "cmd_to", "a command has timed out", NULL},
    {10, 10, "cmd_ill", "a command is illegal", NULL},
    {11, 11, "fence_w_ip", "an IOFENCE.C with WSI is complete", NULL},
    {16, 16, "cqon", "the queue is on", NULL},
    {17, 17, "busy", "the queue is being turned on or off", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field fqcsr_fields[] = {
    {0, 0, "fqen", "turns the queue on and off; turning it on clears fqt", NULL},
    {1, 1, "fie", "interrupts of the queue", NULL},
    {8, 8, "fqmf", "memory refused a record", NULL},
    {9, 9, "fqof", "a record found no room", NULL},
    {16, 16, "fqon", "the queue is on", NULL},
    {17, 17, "busy", "the queue is being turned on or off", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field ipsr_fields[] = {
    {0, 0, "cip", "the command queue's interrupt pends", NULL},
    {1, 1, "fip", "the fault queue's interrupt pends", NULL},
    {2, 2, "pmip", "the performance counters' interrupt pends", NULL},
    {3, 3, "pip", "the page-request queue's interrupt pends", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field icvec_fields[] = {
    {3, 0, "civ", "wire of the command queue", reg_decimal},
    {7, 4, "fiv", "wire of the fault queue", reg_decimal},
    {11, 8, "pmiv", "wire of the performance counters", reg_decimal},
    {15, 12, "piv", "wire of the page-request queue", reg_decimal},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field tr_req_iova_fields[] = {
    {63, 12, "vpn", "page number of the IOVA", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field tr_req_ctl_fields[] = {
    {0, 0, "Go/Busy", "1 asks; 0 again when the response is there", NULL},
    {1, 1, "Priv", "by the supervisor, if PV is 1", NULL},
    {2, 2, "Exe", "to execute", NULL},
    {3, 3, "NW", "to read only", NULL},
    {31, 12, "PID", "process id, if PV is 1", NULL},
    {32, 32, "PV", "there is a process id", NULL},
    {63, 40, "DID", "device id", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field tr_response_fields[] = {
    {0, 0, "fault", "there is no translation", NULL},
    {8, 7, "PBMT", "memory type: always 0", NULL},
    {9, 9, "S", "more than 4 KiB: always 0", NULL},
    {53, 10, "PPN", "physical page number", NULL},
    {0, 0, NULL, NULL, NULL},
};

#define KEEPS(member)                                                                  \
    .at = offsetof(struct iommu, member),                                              \
    .width = sizeof(((struct iommu *)NULL)->member)

#define QUEUE_BASE (IOMMU_QUEUE_LOG2SZ | IOMMU_QUEUE_PPN)
#define QUEUE_CSR  (IOMMU_QUEUE_EN | IOMMU_QUEUE_IE)
#define TR_CTL     (BITS(3, 0) | BITS(32, 12) | BITS(63, 40))

/* clang-format off */
static const struct reg iommu_regs[] = {
    {.offset = 0x000, .size = 8, .name = "capabilities", KEEPS(capabilities),
     .reset = IOMMU_CAP_FIXED | IOMMU_CAP_OPTIONAL, .fields = capabilities_fields, .help = "what this IOMMU can do"},
    {.offset = 0x008, .size = 4, .name = "fctl", KEEPS(fctl), .reset = IOMMU_FCTL_WSI,
     .fields = fctl_fields, .help = "how it does some of it"},
    {.offset = 0x010, .size = 8, .name = "ddtp", KEEPS(ddtp),
     .rw = IOMMU_DDTP_MODE | IOMMU_DDTP_PPN, .written = ddtp_written,
     .fields = ddtp_fields, .help = "device directory table: mode and root"},
    {.offset = 0x018, .size = 8, .name = "cqb", KEEPS(cqb), .rw = QUEUE_BASE,
     .written = cqb_written, .fields = base_fields,
     .help = "command queue: base and size"},
    {.offset = 0x020, .size = 4, .name = "cqh", KEEPS(cqh), .fields = index_fields,
     .help = "command queue: where the IOMMU fetches"},
    {.offset = 0x024, .size = 4, .name = "cqt", KEEPS(cqt), .rw = BITS(31, 0),
     .written = cqt_written, .fields = index_fields,
     .help = "command queue: where software writes"},
    {.offset = 0x028, .size = 8, .name = "fqb", KEEPS(fqb), .rw = QUEUE_BASE,
     .written = fqb_written, .fields = base_fields, .help = "fault queue: base and size"},
    {.offset = 0x030, .size = 4, .name = "fqh", KEEPS(fqh), .rw = BITS(31, 0),
     .written = fqh_written, .fields = index_fields,
     .help = "fault queue: where software reads"},
    {.offset = 0x034, .size = 4, .name = "fqt", KEEPS(fqt), .fields = index_fields,
     .help = "fault queue: where the IOMMU writes"},
    {.offset = 0x038, .size = 8, .name = "pqb",
     .help = "page-request queue: absent without ATS"},
    {.offset = 0x040, .size = 4, .name = "pqh",
     .help = "page-request queue: absent without ATS"},
    {.offset = 0x044, .size = 4, .name = "pqt",
     .help = "page-request queue: absent without ATS"},
    {.offset = 0x048, .size = 4, .name = "cqcsr", KEEPS(cqcsr), .rw = QUEUE_CSR,
     .w1c = IOMMU_QUEUE_MF | IOMMU_CMD_TO | IOMMU_CMD_ILL | IOMMU_FENCE_W_IP,
     .written = cqcsr_written, .fields = cqcsr_fields,
     .help = "command queue: control and status"},
    {.offset = 0x04c, .size = 4, .name = "fqcsr", KEEPS(fqcsr), .rw = QUEUE_CSR,
     .w1c = IOMMU_QUEUE_MF | IOMMU_FQOF, .written = fqcsr_written,
     .fields = fqcsr_fields, .help = "fault queue: control and status"},
    {.offset = 0x050, .size = 4, .name = "pqcsr",
     .help = "page-request queue: absent without ATS"},
    {.offset = 0x054, .size = 4, .name = "ipsr", KEEPS(ipsr),
     .w1c = IOMMU_CIP | IOMMU_FIP, .written = ipsr_written, .fields = ipsr_fields,
     .help = "interrupts that pend"},
    {.offset = 0x058, .size = 4, .name = "iocountovf",
     .help = "performance counters: absent without HPM"},
    {.offset = 0x05c, .size = 4, .name = "iocountinh",
     .help = "performance counters: absent without HPM"},
    {.offset = 0x060, .size = 8, .name = "iohpmcycles",
     .help = "performance counters: absent without HPM"},
    {.offset = 0x068, .size = 8, .name = "iohpmctr", .count = COUNTERS, .stride = 8,
     .first = 1, .help = "performance counters: absent without HPM"},
    {.offset = 0x160, .size = 8, .name = "iohpmevt", .count = COUNTERS, .stride = 8,
     .first = 1, .help = "performance counters: absent without HPM"},
    {.offset = 0x258, .size = 8, .name = "tr_req_iova", KEEPS(tr_req_iova),
     .rw = BITS(63, 12), .written = tr_req_iova_written, .fields = tr_req_iova_fields,
     .help = "debug: what to translate; absent without DBG"},
    {.offset = 0x260, .size = 8, .name = "tr_req_ctl", KEEPS(tr_req_ctl), .rw = TR_CTL,
     .written = tr_req_ctl_written, .fields = tr_req_ctl_fields,
     .help = "debug: for whom, and go; absent without DBG"},
    {.offset = 0x268, .size = 8, .name = "tr_response", KEEPS(tr_response),
     .fields = tr_response_fields, .help = "debug: the translation; absent without DBG"},
    {.offset = 0x270, .size = 4, .name = "iommu_qosid", .help = "absent without QOSID"},
    {.offset = 0x2f8, .size = 8, .name = "icvec", KEEPS(icvec),
     .rw = BITS(1, 0) | BITS(5, 4), .written = icvec_written, .fields = icvec_fields,
     .help = "which wire each interrupt takes"},
    {.offset = 0x300, .size = 8, .name = "msi_addr", .count = MSI_ENTRIES, .stride = 16,
     .help = "MSI configuration table: absent, interrupts are wired"},
    {.offset = 0x308, .size = 4, .name = "msi_data", .count = MSI_ENTRIES, .stride = 16,
     .help = "MSI configuration table: absent, interrupts are wired"},
    {.offset = 0x30c, .size = 4, .name = "msi_vec_ctl", .count = MSI_ENTRIES, .stride = 16,
     .help = "MSI configuration table: absent, interrupts are wired"},
};
/* clang-format on */

static const struct regfile iommu_regfile = {iommu_regs, COUNT(iommu_regs)};

/* --- access rules -------------------------------------------------------------- */

/* Does every byte belong to a register? What does not is reserved: it reads 0. */
static bool is_register(uint32_t offset, unsigned size)
{
    unsigned index;

    for (unsigned i = 0; i < size; i += 4)
        if (!regfile_find(&iommu_regfile, offset + i, &index))
            return false;
    return true;
}

static enum bus_response iommu_peek(const void *device, uint32_t offset, unsigned size,
                                    uint64_t *value)
{
    uint64_t high;

    *value = 0;
    if (is_register(offset, size))
        return regfile_peek(&iommu_regfile, device, offset, size, value);
    if (size == 8) {
        iommu_peek(device, offset, 4, value);
        iommu_peek(device, offset + 4, 4, &high);
        *value |= high << 32;
    }
    return BUS_OKAY;
}

/* An IOMMU cannot reach itself: it would change what it is doing. Reads have no effect. */
static enum bus_response iommu_read(void *device, uint32_t offset, unsigned size,
                                    uint64_t *value)
{
    *value = 0;
    return iommu_of(device)->acting ? BUS_SLVERR
                                    : iommu_peek(device, offset, size, value);
}

static enum bus_response iommu_write(void *device, uint32_t offset, unsigned size,
                                     uint64_t value)
{
    if (iommu_of(device)->acting)
        return BUS_SLVERR;
    if (is_register(offset, size))
        return regfile_write(&iommu_regfile, device, offset, size, value);
    if (size == 8) {
        iommu_write(device, offset, 4, value & BITS(31, 0));
        iommu_write(device, offset + 4, 4, value >> 32);
    }
    return BUS_OKAY;
}

/* --- the device ---------------------------------------------------------------- */

static void iommu_state(struct device *device, struct state *state)
{
    struct iommu *iommu = iommu_of(device);

    for (size_t i = 0; i < COUNT(iommu_regs); i++)
        state_bytes(state, iommu_regs[i].name, (char *)iommu + iommu_regs[i].at,
                    iommu_regs[i].width);
    iommu_cache_state(iommu, state);
    iommu_engine_state(&iommu->command, state);
    iommu_engine_state(&iommu->fault, state);
    iommu_engine_state(&iommu->debug, state);
    STATE(state, iommu->doing);
    STATE(state, iommu->port_until);
    for (unsigned i = 0; i < IOMMU_PENDING; i++) {
        STATE(state, iommu->pending[i].iotval);
        STATE(state, iommu->pending[i].iotval2);
        STATE(state, iommu->pending[i].words);
    }
    STATE(state, iommu->pending_first);
    STATE(state, iommu->pending_count);
    STATE(state, iommu->counts.translations);
    STATE(state, iommu->counts.hits);
    STATE(state, iommu->counts.misses);
    STATE(state, iommu->counts.context_misses);
    STATE(state, iommu->counts.reads);
    STATE(state, iommu->counts.faults);
}

/* civ and fiv begin on wires of their own, as far as there are any. */
static void iommu_reset(struct device *device)
{
    struct iommu *iommu = iommu_of(device);
    uint64_t capabilities = iommu->capabilities;
    uint32_t fctl = iommu->fctl;

    iommu_command_reset(iommu);
    iommu_fault_reset(iommu);
    iommu_engine_reset(&iommu->debug);
    regfile_reset(&iommu_regfile, iommu);
    iommu->capabilities = capabilities;
    iommu->fctl = fctl;
    iommu->ddtp = iommu->bare ? IOMMU_BARE : IOMMU_OFF;
    iommu->icvec = (vector_bits(iommu) & 1) << 4;
    iommu_forget_all(iommu);
    iommu->port_until =
        device->bus->busy_until; /* a slot under way is not taken back */
    iommu->counts = (struct iommu_counts){0};
    iommu_interrupts(iommu);
}

static const struct device_setting iommu_settings[] = {
    {"capabilities", IOMMU_CAP_FIXED | IOMMU_CAP_OPTIONAL,
     "the register; Sv39, Sv39x4, AMO_HWAD and DBG may be left out"},
    {"fctl", IOMMU_FCTL_WSI, "the register; interrupts are wired, so WSI must be 1"},
    {"bare", 0, "1: ddtp.iommu_mode is Bare after reset; 0: Off"},
    {"entries", 64, "translations that the cache holds"},
    {"ways", 4, "how many places a translation can have in it"},
    {"contexts", 8, "device contexts that the directory cache holds"},
    {NULL, 0, NULL},
};

static bool read_settings(struct iommu *iommu, const struct device_place *place,
                          struct err *err)
{
    uint64_t capabilities = device_setting(&iommu_type, place, "capabilities");
    uint64_t fctl = device_setting(&iommu_type, place, "fctl");

    if ((capabilities & ~IOMMU_CAP_OPTIONAL) != IOMMU_CAP_FIXED)
        return err_set(err,
                       "%s: capabilities must be 0x%" PRIx64
                       " without some of the bits of 0x%" PRIx64,
                       place->name, IOMMU_CAP_FIXED | IOMMU_CAP_OPTIONAL,
                       (uint64_t)IOMMU_CAP_OPTIONAL);
    if (fctl != IOMMU_FCTL_WSI)
        return err_set(err, "%s: fctl must be 2, which is WSI alone", place->name);
    iommu->capabilities = capabilities;
    iommu->fctl = (uint32_t)fctl;
    iommu->bare = device_setting(&iommu_type, place, "bare") != 0;
    return iommu_cache_init(iommu, device_setting(&iommu_type, place, "entries"),
                            device_setting(&iommu_type, place, "ways"),
                            device_setting(&iommu_type, place, "contexts"), err) ||
           err_prefix(err, "%s", place->name);
}

static bool init_engines(struct iommu *iommu, struct err *err)
{
    const struct {
        struct iommu_engine *engine;
        const char *name;
        void (*done)(struct iommu *iommu);
    } engines[] = {
        {&iommu->command, "IOMMU command queue", iommu_command_done},
        {&iommu->fault, "IOMMU fault queue", iommu_fault_done},
        {&iommu->debug, "IOMMU translation request", iommu_debug_done},
    };

    for (unsigned i = 0; i < COUNT(engines); i++) {
        engines[i].engine->iommu = iommu;
        engines[i].engine->done = engines[i].done;
        if (!device_timer(&iommu->device, &engines[i].engine->timer, engines[i].name,
                          iommu_engine_fire, engines[i].engine, err))
            return false;
    }
    return true;
}

static void iommu_free(struct device *device)
{
    iommu_cache_release(iommu_of(device));
    free(device);
}

static struct device *iommu_create(const struct device_place *place, struct err *err)
{
    struct iommu *iommu = alloc_zero(1, sizeof(*iommu));

    device_init(&iommu->device, &iommu_type, place);
    if (!read_settings(iommu, place, err) || !init_engines(iommu, err)) {
        iommu_free(&iommu->device);
        return NULL;
    }
    return &iommu->device;
}

const struct device_type iommu_type = {
    .name = "iommu",
    .help =
        "IOMMU: RISC-V IOMMU 1.0, for devices that read and write memory themselves",
    .size = WINDOW,
    .min_size = 4,
    .max_size = 8,
    .irqs = IOMMU_WIRES,
    .regs = &iommu_regfile,
    .settings = iommu_settings,
    .create = iommu_create,
    .free = iommu_free,
    .reset = iommu_reset,
    .state = iommu_state,
    .read = iommu_read,
    .write = iommu_write,
    .peek = iommu_peek,
};

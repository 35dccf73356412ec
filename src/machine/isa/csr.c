#include "machine/isa/csr.h"

#include "base/bits.h"

#include <string.h>

/*
 * Fields for display, high bits first. Fields of extensions that the harts lack read 0 and
 * are not listed.
 */

/* clang-format off */
#define END {0, 0, NULL, NULL}

static const struct csr_field mstatus_fields[] = {
    {39, 39, "MPV",  "V before the trap to M-mode (H)"},
    {38, 38, "GVA",  "the trap to M-mode wrote a guest virtual address to mtval (H)"},
    {35, 34, "SXL",  "XLEN in S-mode: 2 is 64"},
    {33, 32, "UXL",  "XLEN in U-mode: 2 is 64"},
    {22, 22, "TSR",  "sret in S-mode traps"},
    {21, 21, "TW",   "wfi below M-mode traps"},
    {20, 20, "TVM",  "satp and sfence.vma in S-mode trap"},
    {19, 19, "MXR",  "loads may read executable pages"},
    {18, 18, "SUM",  "S-mode may access pages of U-mode"},
    {17, 17, "MPRV", "loads and stores are made as in mode MPP"},
    {12, 11, "MPP",  "mode before the trap to M-mode: 0 U, 1 S, 3 M"},
    {8,  8,  "SPP",  "mode before the trap to S-mode: 0 U, 1 S"},
    {7,  7,  "MPIE", "MIE before the trap to M-mode"},
    {5,  5,  "SPIE", "SIE before the trap to S-mode"},
    {3,  3,  "MIE",  "interrupts to M-mode are enabled in M-mode"},
    {1,  1,  "SIE",  "interrupts to S-mode are enabled in S-mode"},
    END,
};

static const struct csr_field sstatus_fields[] = {
    {33, 32, "UXL",  "XLEN in U-mode: 2 is 64"},
    {19, 19, "MXR",  "loads may read executable pages"},
    {18, 18, "SUM",  "S-mode may access pages of U-mode"},
    {8,  8,  "SPP",  "mode before the trap to S-mode: 0 U, 1 S"},
    {5,  5,  "SPIE", "SIE before the trap to S-mode"},
    {1,  1,  "SIE",  "interrupts to S-mode are enabled in S-mode"},
    END,
};

static const struct csr_field mie_fields[] = {
    {12, 12, "SGEIE", "supervisor guest external interrupt enabled (H)"},
    {11, 11, "MEIE",  "machine external interrupt enabled"},
    {10, 10, "VSEIE", "virtual supervisor external interrupt enabled (H)"},
    {9,  9,  "SEIE",  "supervisor external interrupt enabled"},
    {7,  7,  "MTIE",  "machine timer interrupt enabled"},
    {6,  6,  "VSTIE", "virtual supervisor timer interrupt enabled (H)"},
    {5,  5,  "STIE",  "supervisor timer interrupt enabled"},
    {3,  3,  "MSIE",  "machine software interrupt enabled"},
    {2,  2,  "VSSIE", "virtual supervisor software interrupt enabled (H)"},
    {1,  1,  "SSIE",  "supervisor software interrupt enabled"},
    END,
};

static const struct csr_field mip_fields[] = {
    {12, 12, "SGEIP", "supervisor guest external interrupt pending (H)"},
    {11, 11, "MEIP",  "machine external interrupt pending"},
    {10, 10, "VSEIP", "virtual supervisor external interrupt pending (H)"},
    {9,  9,  "SEIP",  "supervisor external interrupt pending"},
    {7,  7,  "MTIP",  "machine timer interrupt pending"},
    {6,  6,  "VSTIP", "virtual supervisor timer interrupt pending (H)"},
    {5,  5,  "STIP",  "supervisor timer interrupt pending"},
    {3,  3,  "MSIP",  "machine software interrupt pending"},
    {2,  2,  "VSSIP", "virtual supervisor software interrupt pending (H)"},
    {1,  1,  "SSIP",  "supervisor software interrupt pending"},
    END,
};

static const struct csr_field hie_fields[] = {
    {12, 12, "SGEIE", "guest external interrupt enabled, for the hypervisor"},
    {10, 10, "VSEIE", "virtual supervisor external interrupt enabled"},
    {6,  6,  "VSTIE", "virtual supervisor timer interrupt enabled"},
    {2,  2,  "VSSIE", "virtual supervisor software interrupt enabled"},
    END,
};

static const struct csr_field hip_fields[] = {
    {12, 12, "SGEIP", "a guest external interrupt that hgeie lets through is pending"},
    {10, 10, "VSEIP", "virtual supervisor external interrupt pending"},
    {6,  6,  "VSTIP", "virtual supervisor timer interrupt pending"},
    {2,  2,  "VSSIP", "virtual supervisor software interrupt pending"},
    END,
};

static const struct csr_field hvip_fields[] = {
    {10, 10, "VSEIP", "asserts a virtual supervisor external interrupt"},
    {6,  6,  "VSTIP", "asserts a virtual supervisor timer interrupt"},
    {2,  2,  "VSSIP", "asserts a virtual supervisor software interrupt"},
    END,
};

static const struct csr_field hideleg_fields[] = {
    {10, 10, "VSEI", "virtual supervisor external interrupts go to VS-mode, as SEI"},
    {6,  6,  "VSTI", "virtual supervisor timer interrupts go to VS-mode, as STI"},
    {2,  2,  "VSSI", "virtual supervisor software interrupts go to VS-mode, as SSI"},
    END,
};

static const struct csr_field sie_fields[] = {
    {9, 9, "SEIE", "supervisor external interrupt enabled"},
    {5, 5, "STIE", "supervisor timer interrupt enabled"},
    {1, 1, "SSIE", "supervisor software interrupt enabled"},
    END,
};

static const struct csr_field sip_fields[] = {
    {9, 9, "SEIP", "supervisor external interrupt pending"},
    {5, 5, "STIP", "supervisor timer interrupt pending"},
    {1, 1, "SSIP", "supervisor software interrupt pending"},
    END,
};

static const struct csr_field mideleg_fields[] = {
    {12, 12, "SGEI", "guest external interrupts go to HS-mode, always (H)"},
    {10, 10, "VSEI", "virtual supervisor external interrupts likewise"},
    {9,  9,  "SEI",  "supervisor external interrupts go to S-mode"},
    {6,  6,  "VSTI", "virtual supervisor timer interrupts go to HS-mode, always (H)"},
    {5,  5,  "STI",  "supervisor timer interrupts go to S-mode"},
    {2,  2,  "VSSI", "virtual supervisor software interrupts likewise"},
    {1,  1,  "SSI",  "supervisor software interrupts go to S-mode"},
    END,
};

/* The specification names the bits by their exceptions only. */
static const struct csr_field medeleg_fields[] = {
    {23, 23, "store-guest-page",  "store and AMO guest-page faults go to HS-mode (H)"},
    {22, 22, "virtual",           "virtual instructions go to HS-mode (H)"},
    {21, 21, "load-guest-page",   "load guest-page faults go to HS-mode (H)"},
    {20, 20, "fetch-guest-page",  "instruction guest-page faults go to HS-mode (H)"},
    {15, 15, "store-page",        "store and AMO page faults go to S-mode"},
    {13, 13, "load-page",         "load page faults go to S-mode"},
    {12, 12, "fetch-page",        "instruction page faults go to S-mode"},
    {10, 10, "ecall-VS",          "environment calls from VS-mode go to HS-mode (H)"},
    {9,  9,  "ecall-S",           "environment calls from S-mode go to S-mode"},
    {8,  8,  "ecall-U",           "environment calls from U-mode go to S-mode"},
    {7,  7,  "store-access",      "store and AMO access faults go to S-mode"},
    {6,  6,  "store-misaligned",  "misaligned stores and AMOs go to S-mode"},
    {5,  5,  "load-access",       "load access faults go to S-mode"},
    {4,  4,  "load-misaligned",   "misaligned loads go to S-mode"},
    {3,  3,  "breakpoint",        "breakpoints go to S-mode"},
    {2,  2,  "illegal",           "illegal instructions go to S-mode"},
    {1,  1,  "fetch-access",      "instruction access faults go to S-mode"},
    {0,  0,  "fetch-misaligned",  "misaligned instruction addresses go to S-mode"},
    END,
};

static const struct csr_field hedeleg_fields[] = {
    {15, 15, "store-page",       "store and AMO page faults go to VS-mode"},
    {13, 13, "load-page",        "load page faults go to VS-mode"},
    {12, 12, "fetch-page",       "instruction page faults go to VS-mode"},
    {8,  8,  "ecall-U",          "environment calls from VU-mode go to VS-mode"},
    {7,  7,  "store-access",     "store and AMO access faults go to VS-mode"},
    {6,  6,  "store-misaligned", "misaligned stores and AMOs go to VS-mode"},
    {5,  5,  "load-access",      "load access faults go to VS-mode"},
    {4,  4,  "load-misaligned",  "misaligned loads go to VS-mode"},
    {3,  3,  "breakpoint",       "breakpoints go to VS-mode"},
    {2,  2,  "illegal",          "illegal instructions go to VS-mode"},
    {1,  1,  "fetch-access",     "instruction access faults go to VS-mode"},
    {0,  0,  "fetch-misaligned", "misaligned instruction addresses go to VS-mode"},
    END,
};

static const struct csr_field hstatus_fields[] = {
    {33, 32, "VSXL",  "XLEN in VS-mode: 2 is 64"},
    {22, 22, "VTSR",  "sret in VS-mode traps"},
    {21, 21, "VTW",   "wfi in VS-mode traps"},
    {20, 20, "VTVM",  "satp and sfence.vma in VS-mode trap"},
    {17, 12, "VGEIN", "the guest external interrupt that is VS-mode's: 0 none"},
    {9,  9,  "HU",    "hlv, hlvx and hsv may be used in U-mode"},
    {8,  8,  "SPVP",  "mode that hlv, hlvx and hsv act as: 0 VU, 1 VS"},
    {7,  7,  "SPV",   "V before the trap to HS-mode"},
    {6,  6,  "GVA",   "the trap to HS-mode wrote a guest virtual address to stval"},
    END,
};

static const struct csr_field hgatp_fields[] = {
    {63, 60, "MODE", "0 bare: no G-stage, 8 Sv39x4, 9 Sv48x4"},
    {57, 44, "VMID", "virtual machine identifier"},
    {43, 0,  "PPN",  "page number of the root page table, a multiple of 4"},
    END,
};

static const struct csr_field henvcfg_fields[] = {
    {63, 63, "STCE",  "the guest has stimecmp (Sstc)"},
    {61, 61, "ADUE",  "hardware sets A and D in tables of the VS-stage (Svadu)"},
    {7,  7,  "CBZE",  "cbo.zero is enabled while V = 1"},
    {6,  6,  "CBCFE", "cbo.clean and cbo.flush are enabled while V = 1"},
    {5,  4,  "CBIE",  "cbo.inval while V = 1: 0 traps, 1 flushes, 3 invalidates"},
    {0,  0,  "FIOM",  "while V = 1 a fence of I/O is also one of memory"},
    END,
};

static const struct csr_field tvec_fields[] = {
    {63, 2, "BASE", "bits 63 to 2 of the handler's address"},
    {1,  0, "MODE", "0 direct, 1 vectored: interrupt n goes to the address + 4 * n"},
    END,
};

static const struct csr_field cause_fields[] = {
    {63, 63, "Interrupt", "1: an interrupt; 0: an exception"},
    {62, 0,  "Code",      "which one"},
    END,
};

static const struct csr_field satp_fields[] = {
    {63, 60, "MODE", "0 bare: no translation, 8 Sv39, 9 Sv48"},
    {59, 44, "ASID", "address-space identifier"},
    {43, 0,  "PPN",  "page number of the root page table"},
    END,
};

static const struct csr_field menvcfg_fields[] = {
    {63, 63, "STCE",  "S-mode has stimecmp (Sstc)"},
    {61, 61, "ADUE",  "hardware sets A and D in page tables (Svadu)"},
    {7,  7,  "CBZE",  "cbo.zero is enabled below M-mode"},
    {6,  6,  "CBCFE", "cbo.clean and cbo.flush are enabled below M-mode"},
    {5,  4,  "CBIE",  "cbo.inval below M-mode: 0 traps, 1 flushes, 3 invalidates"},
    {0,  0,  "FIOM",  "below M-mode a fence of I/O is also one of memory"},
    END,
};

static const struct csr_field senvcfg_fields[] = {
    {7, 7, "CBZE",  "cbo.zero is enabled in U-mode"},
    {6, 6, "CBCFE", "cbo.clean and cbo.flush are enabled in U-mode"},
    {5, 4, "CBIE",  "cbo.inval in U-mode: 0 traps, 1 flushes, 3 invalidates"},
    {0, 0, "FIOM",  "in U-mode a fence of I/O is also one of memory"},
    END,
};

static const struct csr_field misa_fields[] = {
    {63, 62, "MXL", "XLEN in M-mode: 2 is 64"},
    {20, 20, "U",   "U-mode"},
    {18, 18, "S",   "S-mode"},
    {12, 12, "M",   "multiplication and division"},
    {8,  8,  "I",   "the base integer instructions"},
    {7,  7,  "H",   "the hypervisor extension"},
    {2,  2,  "C",   "compressed instructions"},
    {0,  0,  "A",   "atomic instructions"},
    END,
};

static const struct csr_field counter_fields[] = {
    {31, 3, "HPM", "hpmcounter31 to hpmcounter3"},
    {2,  2, "IR",  "instret"},
    {1,  1, "TM",  "time"},
    {0,  0, "CY",  "cycle"},
    END,
};

static const struct csr_field inhibit_fields[] = {
    {31, 3, "HPM", "mhpmcounter31 to mhpmcounter3"},
    {2,  2, "IR",  "minstret"},
    {0,  0, "CY",  "mcycle"},
    END,
};

#define PMPCFG(entry, byte) \
    {8 * (byte) + 7, 8 * (byte), "pmp" #entry "cfg", \
     "entry " #entry ": L lock 7, A match 4:3 (0 off, 1 TOR, 2 NA4, 3 NAPOT), X 2, W 1, R 0"}

static const struct csr_field pmpcfg0_fields[] = {
    PMPCFG(7, 7), PMPCFG(6, 6), PMPCFG(5, 5), PMPCFG(4, 4),
    PMPCFG(3, 3), PMPCFG(2, 2), PMPCFG(1, 1), PMPCFG(0, 0),
    END,
};

static const struct csr_field pmpcfg2_fields[] = {
    PMPCFG(15, 7), PMPCFG(14, 6), PMPCFG(13, 5), PMPCFG(12, 4),
    PMPCFG(11, 3), PMPCFG(10, 2), PMPCFG(9, 1),  PMPCFG(8, 0),
    END,
};
/* clang-format on */

const struct csr_info csr_infos[] = {
#define CSR(NAME, name, number, fields, help, section)                                 \
    {number, name, help, section, fields},
#include "machine/isa/csrs.def"
};

const size_t csr_infos_count = COUNT(csr_infos);

const struct csr_info *csr_by_number(unsigned number)
{
    size_t low = 0, high = csr_infos_count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (csr_infos[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == csr_infos_count || csr_infos[low].number != number)
        return NULL;
    return &csr_infos[low];
}

const struct csr_info *csr_by_name(const char *name, size_t length)
{
    for (size_t i = 0; i < csr_infos_count; i++)
        if (strlen(csr_infos[i].name) == length &&
            memcmp(csr_infos[i].name, name, length) == 0)
            return &csr_infos[i];
    return NULL;
}

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
    {11, 11, "MEIE", "machine external interrupt enabled"},
    {9,  9,  "SEIE", "supervisor external interrupt enabled"},
    {7,  7,  "MTIE", "machine timer interrupt enabled"},
    {5,  5,  "STIE", "supervisor timer interrupt enabled"},
    {3,  3,  "MSIE", "machine software interrupt enabled"},
    {1,  1,  "SSIE", "supervisor software interrupt enabled"},
    END,
};

static const struct csr_field mip_fields[] = {
    {11, 11, "MEIP", "machine external interrupt pending"},
    {9,  9,  "SEIP", "supervisor external interrupt pending"},
    {7,  7,  "MTIP", "machine timer interrupt pending"},
    {5,  5,  "STIP", "supervisor timer interrupt pending"},
    {3,  3,  "MSIP", "machine software interrupt pending"},
    {1,  1,  "SSIP", "supervisor software interrupt pending"},
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
    {9, 9, "SEI", "supervisor external interrupts go to S-mode"},
    {5, 5, "STI", "supervisor timer interrupts go to S-mode"},
    {1, 1, "SSI", "supervisor software interrupts go to S-mode"},
    END,
};

/* The specification names the bits by their exceptions only. */
static const struct csr_field medeleg_fields[] = {
    {15, 15, "store-page",        "store and AMO page faults go to S-mode"},
    {13, 13, "load-page",         "load page faults go to S-mode"},
    {12, 12, "fetch-page",        "instruction page faults go to S-mode"},
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

#include "machine/isa/csr.h"

#include "base/bits.h"

#include <stdio.h>
#include <string.h>

/*
 * Names that assembly programs may use for CSRs which these harts lack: of RV32, of the
 * floating-point, vector and advanced-interrupt extensions, of debug mode. An
 * access to one is an illegal instruction, but its text can be read and written. CSRs of
 * consecutive numbers and names are one run.
 */
struct csr_run {
    uint16_t number, count;
    const char *prefix;
    uint8_t index; /* of the first; count 1: the prefix is the whole name */
    const char *suffix;
};

/* clang-format off */
#define ONE(number, name) {number, 1, name, 0, ""}
#define RUN(number, count, prefix, index, suffix) {number, count, prefix, index, suffix}

static const struct csr_run absent[] = {
    ONE(0x001, "fflags"), ONE(0x002, "frm"), ONE(0x003, "fcsr"), ONE(0x008, "vstart"),
    ONE(0x009, "vxsat"), ONE(0x00a, "vxrm"), ONE(0x00f, "vcsr"), ONE(0x015, "seed"),
    RUN(0x10c, 4, "sstateen", 0, ""), ONE(0x114, "sieh"), ONE(0x150, "siselect"),
    ONE(0x151, "sireg"), ONE(0x154, "siph"), ONE(0x15c, "stopei"),
    ONE(0x15d, "stimecmph"), ONE(0x214, "vsieh"), ONE(0x250, "vsiselect"),
    ONE(0x251, "vsireg"), ONE(0x254, "vsiph"), ONE(0x25c, "vstopei"),
    ONE(0x25d, "vstimecmph"), ONE(0x308, "mvien"), ONE(0x309, "mvip"),
    RUN(0x30c, 4, "mstateen", 0, ""), ONE(0x310, "mstatush"), ONE(0x313, "midelegh"),
    ONE(0x314, "mieh"), ONE(0x318, "mvienh"), ONE(0x319, "mviph"),
    ONE(0x31a, "menvcfgh"), RUN(0x31c, 4, "mstateen", 0, "h"), ONE(0x350, "miselect"),
    ONE(0x351, "mireg"), ONE(0x354, "miph"), ONE(0x35c, "mtopei"),
    ONE(0x3a1, "pmpcfg1"), RUN(0x3a3, 13, "pmpcfg", 3, ""),
    RUN(0x3c0, 48, "pmpaddr", 16, ""), ONE(0x5a8, "scontext"), ONE(0x608, "hvien"),
    ONE(0x609, "hvictl"), RUN(0x60c, 4, "hstateen", 0, ""), ONE(0x613, "hidelegh"),
    ONE(0x615, "htimedeltah"), ONE(0x618, "hvienh"), ONE(0x61a, "henvcfgh"),
    RUN(0x61c, 4, "hstateen", 0, "h"), RUN(0x646, 2, "hviprio", 1, ""),
    ONE(0x655, "hviph"), RUN(0x656, 2, "hviprio", 1, "h"), ONE(0x6a8, "hcontext"),
    RUN(0x723, 29, "mhpmevent", 3, "h"), ONE(0x747, "mseccfg"), ONE(0x757, "mseccfgh"),
    ONE(0x7a4, "tinfo"), ONE(0x7a5, "tcontrol"), ONE(0x7a8, "mcontext"),
    ONE(0x7aa, "mscontext"), ONE(0x7b0, "dcsr"), ONE(0x7b1, "dpc"),
    RUN(0x7b2, 2, "dscratch", 0, ""), ONE(0xb80, "mcycleh"), ONE(0xb82, "minstreth"),
    RUN(0xb83, 29, "mhpmcounter", 3, "h"), ONE(0xc20, "vl"), ONE(0xc21, "vtype"),
    ONE(0xc22, "vlenb"), ONE(0xc80, "cycleh"), ONE(0xc81, "timeh"),
    ONE(0xc82, "instreth"), RUN(0xc83, 29, "hpmcounter", 3, "h"),
    ONE(0xda0, "scountovf"), ONE(0xdb0, "stopi"), ONE(0xeb0, "vstopi"),
    ONE(0xfb0, "mtopi"),
};
/* clang-format on */

static int run_text(char *text, size_t room, const struct csr_run *run, unsigned at)
{
    if (run->count == 1)
        return snprintf(text, room, "%s", run->prefix);
    return snprintf(text, room, "%s%u%s", run->prefix, run->index + at, run->suffix);
}

int csr_text(char *text, size_t room, unsigned number)
{
    const struct csr_info *info = csr_by_number(number);

    if (info)
        return snprintf(text, room, "%s", info->name);
    for (size_t i = 0; i < COUNT(absent); i++)
        if (number - absent[i].number < absent[i].count)
            return run_text(text, room, &absent[i], number - absent[i].number);
    return snprintf(text, room, "0x%x", number);
}

int csr_number(const char *name, size_t length)
{
    const struct csr_info *info = csr_by_name(name, length);
    char text[32];

    if (info)
        return info->number;
    for (size_t i = 0; i < COUNT(absent); i++)
        for (unsigned at = 0; at < absent[i].count; at++)
            if ((size_t)run_text(text, sizeof(text), &absent[i], at) == length &&
                memcmp(text, name, length) == 0)
                return (int)(absent[i].number + at);
    return -1;
}

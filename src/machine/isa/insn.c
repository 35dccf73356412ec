#include "machine/isa/formats.h"
#include "machine/isa/isa.h"

#include <string.h>

const struct insn_info insn_infos[OPS] = {
    [OP_ILLEGAL] = {"illegal", 0, 0, FORMAT_NONE, CLASS_SYSTEM, "", "no instruction",
                    OP_ILLEGAL},
#define INSN(op, name, match, mask, format, ext, class, effect)                        \
    [OP_##op] = {name,          match, mask,   FORMAT_##format,                        \
                 CLASS_##class, #ext,  effect, OP_##op},
#define COMPRESSED(op, name, match, mask, format, ext, effect, stands_for)             \
    [OP_##op] = {name, match,  mask,           FORMAT_##format, CLASS_COMPRESSED,      \
                 #ext, effect, OP_##stands_for},
#include "machine/isa/instructions.def"
};

enum op op_by_name(const char *name, size_t length)
{
    for (unsigned op = OP_ILLEGAL + 1; op < OPS; op++)
        if (strlen(insn_infos[op].name) == length &&
            memcmp(insn_infos[op].name, name, length) == 0)
            return (enum op)op;
    return OP_ILLEGAL;
}

const char *const xreg_names[32] = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

/* x0 to x31, without leading zeros. */
static int numbered_xreg(const char *name, size_t length)
{
    int number = 0;

    if (length < 2 || length > 3 || name[0] != 'x' || (length == 3 && name[1] == '0'))
        return -1;
    for (size_t i = 1; i < length; i++) {
        if (name[i] < '0' || name[i] > '9')
            return -1;
        number = number * 10 + (name[i] - '0');
    }
    return number < 32 ? number : -1;
}

int xreg_by_name(const char *name, size_t length)
{
    if (length == 2 && memcmp(name, "fp", 2) == 0)
        return 8;
    for (int i = 0; i < 32; i++)
        if (strlen(xreg_names[i]) == length && memcmp(xreg_names[i], name, length) == 0)
            return i;
    return numbered_xreg(name, length);
}

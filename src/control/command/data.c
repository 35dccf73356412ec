/* The rows of commands about values, memory and code. */
#include "control/command/data.h"
#include "control/command/rows.h"

/* clang-format off */
const struct command data_commands[] = {
    {
        .name = "print",
        .aliases = "p inspect",
        .arguments = {{.type = ARG_VALUE, .name = "EXPR"}},
        .summary = "show the value of an expression",
        .help =
            "The value is shown in hexadecimal and decimal, unsigned and signed, with the "
            "symbol it belongs to and, of CSRs and device registers, its fields. /FORMAT "
            "chooses one form: x hexadecimal, d signed, u unsigned, o octal, t binary, a "
            "address with its name, c character, s the string at that address.\n"
            "\n"
            "Nothing is changed: registers of devices are peeked, not read.\n"
            "\n"
            "  print a0\n"
            "  print/t mstatus.MPP\n"
            "  print dma0.Control[1].run\n"
            "  print u32[sp+8] + 1\n"
            "  print hart1.mepc",
        .group = "data",
        .takes_format = true,
        .run = data_print,
    },
    {
        .name = "x",
        .arguments = {{.type = ARG_ADDRESS, .name = "ADDRESS", .optional = true}},
        .summary = "show memory at a virtual address",
        .help =
            "/FORMAT is a count, a letter (x d u o t c a as in print, s strings, "
            "i instructions) and the size of units: b 1 byte, h 2, w 4, g 8; what is left "
            "out is as it was last time. Without an address, and with an empty line, it "
            "goes on where it stopped. Addresses are translated as the hart's loads are "
            "now; devices are peeked.\n"
            "\n"
            "  x/8xb buffer\n"
            "  x/4xg sp\n"
            "  x/5i pc\n"
            "  x/s message",
        .group = "data",
        .takes_format = true,
        .repeats = true,
        .run = data_examine,
    },
    {
        .name = "xp",
        .arguments = {{.type = ARG_ADDRESS, .name = "ADDRESS", .optional = true}},
        .summary = "show memory at a physical address",
        .help =
            "As x, without translation.\n"
            "\n"
            "  xp/16xg 0x80001000",
        .group = "data",
        .takes_format = true,
        .repeats = true,
        .run = data_examine,
    },
    {
        .name = "set",
        .arguments = {{.type = ARG_TEXT, .name = "LVALUE = EXPR", .completes = ARG_EXPR}},
        .summary = "change a register, a CSR, a device's register or memory",
        .help =
            "What can be set: registers of a hart (a0, pc, hart1.sp), CSRs and their "
            "fields, registers of devices and their fields (as a store would, with its "
            "effects, but without the bus's time), and RAM: [sp], u32[buffer+8].\n"
            "\n"
            "The change is journalled: moving through the run keeps it. Made in the past, "
            "it cuts the future off, which is kept as a branch. `set var`, as GDB's users "
            "write, is the same.\n"
            "\n"
            "  set a0 = 5\n"
            "  set mie.MEIE = 1\n"
            "  set u32[buffer+8] = 0xdeadbeef\n"
            "  set dma0.Control[1].run = 0",
        .group = "data",
        .changes = true,
        .run = data_set,
    },
    {
        .name = "type",
        .arguments = {{.type = ARG_TEXT, .name = "TEXT"}},
        .summary = "type characters to the console",
        .help =
            "The board's first UART receives them, one after another, as it has room. "
            "\\n \\r \\t \\e \\0 \\\\ \\\" \\' and \\xNN stand for the characters that they "
            "stand for in C; no line end is added. Quotes keep blanks at the ends, and ; "
            "together. The change is journalled.\n"
            "\n"
            "  type ls\\n\n"
            "  type \\x03",
        .group = "data",
        .changes = true,
        .run = data_type,
    },
    {
        .name = "disassemble",
        .aliases = "dis",
        .arguments = {{.type = ARG_TEXT, .name = "ADDRESS[,+LENGTH]", .optional = true,
                       .completes = ARG_ADDRESS}},
        .summary = "show instructions",
        .help =
            "Around pc if no address is given; => marks pc. With a length in bytes, or an "
            "address where to end, all that lie between.\n"
            "\n"
            "  disassemble\n"
            "  disassemble main\n"
            "  disassemble main,+32\n"
            "  disassemble 0x80000000,0x80000040",
        .group = "data",
        .run = data_disassemble,
    },
    {
        .name = "list",
        .aliases = "l",
        .arguments = {{.type = ARG_TEXT, .name = "ADDRESS|FILE:LINE", .optional = true,
                       .completes = ARG_ADDRESS}},
        .summary = "show source lines",
        .help =
            "Ten lines around pc, an address or a line; then, without an argument or with "
            "an empty line, the ten that follow. A number alone is a line of the file that "
            "was listed last, or else of the one that pc is in. => marks the line of pc.\n"
            "\n"
            "  list\n"
            "  list main\n"
            "  list copy.s:20",
        .group = "data",
        .repeats = true,
        .run = data_list,
    },
    {
        .name = "symbols",
        .arguments = {{.type = ARG_TEXT, .name = "PATTERN", .optional = true,
                       .completes = ARG_SYMBOL}},
        .summary = "list the program's symbols",
        .help =
            "All, in the order of their addresses, or those whose name has PATTERN in it; "
            "with * ? and [ in it, it must match all of the name.\n"
            "\n"
            "  symbols\n"
            "  symbols copy\n"
            "  symbols *_end",
        .group = "data",
        .run = data_symbols,
    },
    {.name = NULL},
};
/* clang-format on */

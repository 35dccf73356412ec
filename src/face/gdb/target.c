/*
 * Registers, as GDB numbers those of RISC-V: 0 to 31 are x0 to x31, 32 is pc, 65 + n is
 * CSR n, 4161 is the privilege mode. GDB takes them from the description ("RISC-V
 * Features" in its manual): the feature csr holds all CSRs that the harts have.
 */
#include "base/bits.h"
#include "face/gdb/gdb.h"

enum { REG_PC = 32, REG_CSR = 65, REG_PRIV = 4161, REG_BYTES = 8, REG_SP = 2 };

/* --- description ------------------------------------------------------------------------ */

static const char *type_of(unsigned x)
{
    static const char *const pointers[] = {[1] = "code_ptr",
                                           [2] = "data_ptr",
                                           [3] = "data_ptr",
                                           [4] = "data_ptr",
                                           [8] = "data_ptr"};

    return x < COUNT(pointers) && pointers[x] ? pointers[x] : "int";
}

static void describe_cpu(struct buf *out)
{
    buf_text(out, "<feature name=\"org.gnu.gdb.riscv.cpu\">\n");
    for (unsigned i = 0; i < XREGS; i++)
        buf_printf(out, "<reg name=\"%s\" bitsize=\"64\" type=\"%s\" regnum=\"%u\"/>\n",
                   i == 8 ? "fp" : xreg_names[i], type_of(i), i);
    buf_printf(out,
               "<reg name=\"pc\" bitsize=\"64\" type=\"code_ptr\" regnum=\"%d\"/>\n"
               "</feature>\n",
               REG_PC);
}

/* GDB does not save CSRs around calls that a user makes in the program: restoring all of
 * them would be no way back. */
static void describe_csrs(struct buf *out)
{
    buf_text(out, "<feature name=\"org.gnu.gdb.riscv.csr\">\n");
    for (size_t i = 0; i < csr_infos_count; i++)
        buf_printf(out,
                   "<reg name=\"%s\" bitsize=\"64\" regnum=\"%u\" save-restore=\"no\" "
                   "group=\"csr\"/>\n",
                   csr_infos[i].name, REG_CSR + (unsigned)csr_infos[i].number);
    buf_text(out, "</feature>\n");
}

void target_description(const struct gdb *gdb, struct buf *out)
{
    (void)gdb;
    /* A program for no operating system: for Linux GDB would step by breakpoints. */
    buf_text(out, "<?xml version=\"1.0\"?>\n"
                  "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
                  "<target version=\"1.0\">\n"
                  "<architecture>riscv:rv64</architecture>\n"
                  "<osabi>none</osabi>\n");
    describe_cpu(out);
    describe_csrs(out);
    buf_printf(out,
               "<feature name=\"org.gnu.gdb.riscv.virtual\">\n"
               "<reg name=\"priv\" bitsize=\"64\" regnum=\"%d\" save-restore=\"no\"/>\n"
               "</feature>\n</target>\n",
               REG_PRIV);
}

/* --- values ------------------------------------------------------------------------------- */

/* The register's value; false: there is no such register. */
static bool read_register(const struct hart *hart, uint64_t number, uint64_t *value)
{
    if (number < XREGS)
        *value = hart->x[number];
    else if (number == REG_PC)
        *value = hart->pc;
    else if (number == REG_PRIV)
        *value = hart_privilege(hart); /* bit 2 is V */
    else if (number >= REG_CSR && number < REG_PRIV &&
             csr_by_number((unsigned)number - REG_CSR))
        *value = hart_csr_read(hart, (unsigned)number - REG_CSR);
    else
        return false;
    return true;
}

static bool write_register(struct gdb *gdb, uint64_t number, uint64_t value,
                           struct err *err)
{
    struct act act = {.board = (uint8_t)gdb->board,
                      .device = (uint8_t)gdb->hart,
                      .value = value,
                      .reason = NULL};
    uint64_t now;

    if (!read_register(gdb_hart(gdb), number, &now))
        return err_set(err, "there is no register %u", (unsigned)number);
    if (number == 0 || number == REG_PRIV)
        return value == now || err_set(err, number ? "the privilege mode changes by "
                                                     "traps and returns only"
                                                   : "zero is always 0");
    if (number < XREGS) {
        act.kind = ACT_X;
        act.number = number;
    } else if (number == REG_PC) {
        act.kind = ACT_PC;
    } else {
        act.kind = ACT_CSR;
        act.number = number - REG_CSR;
    }
    return gdb_act(gdb, &act, err);
}

void target_expedite(struct gdb *gdb)
{
    buf_printf(&gdb->reply, "%02x:", REG_SP);
    hex_register(&gdb->reply, REG_BYTES, gdb_hart(gdb)->x[REG_SP]);
    buf_printf(&gdb->reply, ";%02x:", REG_PC);
    hex_register(&gdb->reply, REG_BYTES, gdb_hart(gdb)->pc);
    buf_char(&gdb->reply, ';');
}

/* --- packets ------------------------------------------------------------------------------ */

/* g: x0 to x31 and pc; GDB asks for the others one by one. */
void gdb_read_registers(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    for (unsigned i = 0; i < XREGS; i++)
        hex_register(&gdb->reply, REG_BYTES, gdb_hart(gdb)->x[i]);
    hex_register(&gdb->reply, REG_BYTES, gdb_hart(gdb)->pc);
}

/* G: the same; only those that differ are written. */
void gdb_write_registers(struct gdb *gdb, struct scan *rest)
{
    uint64_t value[REG_PC + 1], now;
    struct err err = {{0}};

    for (unsigned i = 0; i <= REG_PC; i++)
        if (!scan_register(rest, REG_BYTES, &value[i])) {
            gdb_error(gdb, GDB_E_FORM);
            return;
        }
    for (unsigned i = 1; i <= REG_PC; i++)
        if (read_register(gdb_hart(gdb), i, &now) && now != value[i] &&
            !write_register(gdb, i, value[i], &err)) {
            gdb_refuse(gdb, &err);
            return;
        }
    gdb_ok(gdb);
}

/* p NUMBER */
void gdb_read_register(struct gdb *gdb, struct scan *rest)
{
    uint64_t number, value;

    if (scan_hex(rest, &number) && scan_end(rest) &&
        read_register(gdb_hart(gdb), number, &value))
        hex_register(&gdb->reply, REG_BYTES, value);
    else
        gdb_error(gdb, GDB_E_FORM);
}

/* P NUMBER=VALUE */
void gdb_write_register(struct gdb *gdb, struct scan *rest)
{
    uint64_t number, value;
    struct err err = {{0}};

    if (!scan_hex(rest, &number) || !scan_char(rest, '=') ||
        !scan_register(rest, REG_BYTES, &value) || !scan_end(rest))
        gdb_error(gdb, GDB_E_FORM);
    else if (!write_register(gdb, number, value, &err))
        gdb_refuse(gdb, &err);
    else
        gdb_ok(gdb);
}

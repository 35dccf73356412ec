/*
 * Answering SBI calls (SBI 2.0, chapters 4 to 12).
 *
 * A supervisor has executed `ecall` with an extension in a7 and a function in a6. Each
 * extension that there is, is a row of the table below; the calls themselves are few lines,
 * since all they do is what a supervisor has no right to do.
 */
#include "boot/shim.h"

#include "include/clint.h"
#include "include/csr.h"
#include "lib/console.h"
#include "lib/mmio.h"

static const struct answer not_supported = {SBI_ERR_NOT_SUPPORTED, 0};

static struct answer success(uint64_t value)
{
    return (struct answer){SBI_SUCCESS, value};
}

/* --- timer ----------------------------------------------------------------------------- */

/* With Sstc the supervisor's timer is a register, whose write takes back an interrupt that
 * is pending. Without, the machine's timer rings for it: see timer_due. */
static struct answer call_time(uint64_t function, const uint64_t *a)
{
    if (function != SBI_TIME_SET_TIMER)
        return not_supported;
    if (machine.sstc) {
        write_csr(CSR_STIMECMP, a[0]);
        return success(0);
    }
    mmio_write64(machine.clint + CLINT_MTIMECMP(read_csr(mhartid)), a[0]);
    clear_csr(mip, 1ul << IRQ_STI);
    set_csr(mie, 1ul << IRQ_MTI);
    return success(0);
}

/* It stays pending until the supervisor sets the next one. */
void timer_due(void)
{
    clear_csr(mie, 1ul << IRQ_MTI);
    set_csr(mip, 1ul << IRQ_STI);
}

/* --- console --------------------------------------------------------------------------- */

/* May the supervisor mean these bytes of memory? They are addressed physically. */
static bool is_memory(uint64_t address, uint64_t bytes)
{
    return address >= machine.ram && bytes <= machine.ram_size &&
           address - machine.ram <= machine.ram_size - bytes;
}

static struct answer read_console(char *to, uint64_t most)
{
    uint64_t count = 0;
    int byte;

    while (count < most && (byte = console_uart_read()) >= 0)
        to[count++] = (char)byte;
    return success(count);
}

static struct answer call_dbcn(uint64_t function, const uint64_t *a)
{
    char byte = (char)a[0];

    switch (function) {
    case SBI_DBCN_CONSOLE_WRITE:
    case SBI_DBCN_CONSOLE_READ:
        if (a[2] || !is_memory(a[1], a[0]))
            return (struct answer){SBI_ERR_INVALID_PARAM, 0};
        if (function == SBI_DBCN_CONSOLE_READ)
            return read_console((char *)a[1], a[0]);
        console_uart((const char *)a[1], a[0]);
        return success(a[0]);
    case SBI_DBCN_CONSOLE_WRITE_BYTE:
        console_uart(&byte, 1);
        return success(0);
    default:
        return not_supported;
    }
}

/* --- harts and the machine ------------------------------------------------------------- */

static struct answer call_hsm(uint64_t function, const uint64_t *a)
{
    switch (function) {
    case SBI_HSM_HART_START:
        return hart_start(a[0], a[1], a[2]);
    case SBI_HSM_HART_STOP:
        return hart_stop();
    case SBI_HSM_GET_STATUS:
        return hart_status(a[0]);
    default:
        return not_supported;
    }
}

static struct answer call_ipi(uint64_t function, const uint64_t *a)
{
    return function == SBI_IPI_SEND_IPI ? harts_interrupt(a[0], a[1]) : not_supported;
}

/* The store to the finisher is the last instruction that is executed. */
static struct answer call_srst(uint64_t function, const uint64_t *a)
{
    uint32_t type = (uint32_t)a[0], reason = (uint32_t)a[1];

    if (function != SBI_SRST_SYSTEM_RESET || !machine.finisher)
        return not_supported;
    if (type > SBI_SRST_WARM_REBOOT)
        return (struct answer){SBI_ERR_INVALID_PARAM, 0};
    if (type != SBI_SRST_SHUTDOWN)
        mmio_write32(machine.finisher, FINISHER_RESET);
    else if (reason == SBI_SRST_NO_REASON)
        mmio_write32(machine.finisher, FINISHER_PASS);
    else
        mmio_write32(machine.finisher, 1u << 16 | FINISHER_FAIL);
    return (struct answer){SBI_ERR_FAILED, 0};
}

/* --- which there are ------------------------------------------------------------------- */

static bool has(uint64_t extension);

static struct answer call_base(uint64_t function, const uint64_t *a)
{
    switch (function) {
    case SBI_BASE_SPEC_VERSION:
        return success(SBI_VERSION_2_0);
    case SBI_BASE_IMPL_ID:
        return success(0x72696e67); /* "ring": none is registered */
    case SBI_BASE_IMPL_VERSION:
        return success(1);
    case SBI_BASE_PROBE_EXTENSION:
        return success(has(a[0]));
    case SBI_BASE_MVENDORID:
        return success(read_csr(mvendorid));
    case SBI_BASE_MARCHID:
        return success(read_csr(marchid));
    case SBI_BASE_MIMPID:
        return success(read_csr(mimpid));
    default:
        return not_supported;
    }
}

static const struct extension {
    uint64_t id;
    struct answer (*call)(uint64_t function, const uint64_t *a);
} extensions[] = {
    {SBI_BASE, call_base}, {SBI_TIME, call_time}, {SBI_DBCN, call_dbcn},
    {SBI_SRST, call_srst}, {SBI_HSM, call_hsm},   {SBI_IPI, call_ipi},
};

static const struct extension *find(uint64_t id)
{
    for (unsigned i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
        if (extensions[i].id == id)
            return &extensions[i];
    return NULL;
}

static bool has(uint64_t extension)
{
    return find(extension);
}

void answer_call(struct frame *frame)
{
    const struct extension *extension = find(frame->a[7]);
    struct answer answer = not_supported;

    if (extension)
        answer = extension->call(frame->a[6], frame->a);
    frame->a[0] = (uint64_t)answer.error;
    frame->a[1] = answer.value;
}

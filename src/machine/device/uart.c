/*
 * The 16550A, after National Semiconductor's PC16550D data sheet (June 1995); reset
 * values as on QEMU's virt machine.
 *
 *   THR --> send FIFO --> shift register --> line          line --> take FIFO --> RBR
 *
 * A character takes costs.uart_char cycles on the line in either direction; the divisor
 * is kept but does not matter. Without FIFOs both are one character deep.
 */
#include "machine/device/uart.h"

#include "base/alloc.h"
#include "base/bits.h"

#include <stdlib.h>

#define IER_RDI  BIT(0) /* received data available, and time-out */
#define IER_THRI BIT(1) /* transmitter holding register empty */
#define IER_RLSI BIT(2) /* receiver line status */
#define IER_MSI  BIT(3) /* modem status */

#define FCR_ENABLE  BIT(0)
#define FCR_CLEAR_R BIT(1)
#define FCR_CLEAR_T BIT(2)
#define FCR_DMA     BIT(3)
#define FCR_TRIGGER BITS(7, 6)

#define LCR_DLAB BIT(7)

#define MCR_DTR  BIT(0)
#define MCR_RTS  BIT(1)
#define MCR_OUT1 BIT(2)
#define MCR_OUT2 BIT(3)
#define MCR_LOOP BIT(4)

#define LSR_DR   BIT(0)
#define LSR_OE   BIT(1)
#define LSR_THRE BIT(5)
#define LSR_TEMT BIT(6)

#define MSR_DCTS BIT(0)
#define MSR_DDSR BIT(1)
#define MSR_TERI BIT(2)
#define MSR_DDCD BIT(3)
#define MSR_CTS  BIT(4)
#define MSR_DSR  BIT(5)
#define MSR_RI   BIT(6)
#define MSR_DCD  BIT(7)

/* IIR bits 3..0: which interrupt, the most urgent first (table 2 of the data sheet). */
enum {
    IIR_RLS = 0x6,
    IIR_RDA = 0x4,
    IIR_TIMEOUT = 0xc,
    IIR_THRE = 0x2,
    IIR_MS = 0x0,
    IIR_NONE = 0x1,
    IIR_FIFOS = 0xc0
};

enum { TIMEOUT_FRAMES = 4, DIVISOR_9600 = 12 };

static void push(struct uart_fifo *fifo, uint8_t byte)
{
    fifo->bytes[(fifo->first + fifo->count++) % UART_FIFO] = byte;
}

static uint8_t pop(struct uart_fifo *fifo)
{
    uint8_t byte = fifo->bytes[fifo->first];

    fifo->first = (uint8_t)((fifo->first + 1) % UART_FIFO);
    fifo->count--;
    return byte;
}

static uint64_t now(const struct uart *uart)
{
    return uart->device.queue->now;
}

static uint64_t frame(const struct uart *uart)
{
    return uart->device.costs->uart_char;
}

static unsigned depth(const struct uart *uart)
{
    return uart->fcr & FCR_ENABLE ? UART_FIFO : 1;
}

static bool divisor_latch(const struct uart *uart)
{
    return uart->lcr & LCR_DLAB;
}

static unsigned trigger_level(const struct uart *uart)
{
    static const uint8_t levels[] = {1, 4, 8, 14};

    return uart->fcr & FCR_ENABLE ? levels[field_get(uart->fcr, FCR_TRIGGER)] : 1;
}

/* The modem's lines: a modem that is always ready, or in loopback our own outputs. */
static uint8_t modem_lines(uint8_t mcr)
{
    uint64_t lines = 0;

    if (!(mcr & MCR_LOOP))
        return MSR_DCD | MSR_DSR | MSR_CTS;
    lines |= mcr & MCR_RTS ? MSR_CTS : 0;
    lines |= mcr & MCR_DTR ? MSR_DSR : 0;
    lines |= mcr & MCR_OUT1 ? MSR_RI : 0;
    lines |= mcr & MCR_OUT2 ? MSR_DCD : 0;
    return (uint8_t)lines;
}

/* --- interrupts --------------------------------------------------------------- */

static unsigned cause(const struct uart *uart)
{
    if (uart->ier & IER_RLSI && uart->errors)
        return IIR_RLS;
    if (uart->ier & IER_RDI && uart->take.count >= trigger_level(uart))
        return IIR_RDA;
    if (uart->ier & IER_RDI && uart->timeout_pending)
        return IIR_TIMEOUT;
    if (uart->ier & IER_THRI && uart->thre_pending)
        return IIR_THRE;
    if (uart->ier & IER_MSI && uart->deltas)
        return IIR_MS;
    return IIR_NONE;
}

static void drive_irq(struct uart *uart)
{
    device_irq(&uart->device, 0, cause(uart) != IIR_NONE);
}

/* --- the receiver ------------------------------------------------------------- */

static void restart_timeout(struct uart *uart)
{
    bool waits = uart->fcr & FCR_ENABLE && uart->take.count;

    queue_arm(uart->device.queue, &uart->timeout,
              waits ? now(uart) + TIMEOUT_FRAMES * frame(uart) : NEVER);
}

/* A full FIFO keeps what it has; a lone RBR is overwritten. Either way LSR tells. */
static void receive(struct uart *uart, uint8_t byte)
{
    if (uart->take.count == depth(uart)) {
        uart->errors |= LSR_OE;
        if (!(uart->fcr & FCR_ENABLE))
            uart->take.bytes[uart->take.first] = byte;
    } else {
        push(&uart->take, byte);
    }
    restart_timeout(uart);
}

/* Whoever sends to us waits while the receiver is full, or not connected (loopback). */
static void watch_wire(struct uart *uart)
{
    bool ready = uart->take.count < depth(uart) && !(uart->mcr & MCR_LOOP);

    if (uart->wire.count && ready && uart->arrives.due == NEVER)
        queue_arm(uart->device.queue, &uart->arrives, now(uart) + frame(uart));
}

static void char_arrives(void *ctx, uint64_t at)
{
    struct uart *uart = ctx;
    uint8_t byte;

    if (uart->take.count == depth(uart) || uart->mcr & MCR_LOOP)
        return;
    byte = pop(&uart->wire);
    EMIT(uart->device.events, at, CONSOLE, console, .device = uart->device.index,
         .access = ACCESS_LOAD, .byte = byte);
    receive(uart, byte);
    watch_wire(uart);
    drive_irq(uart);
}

static void chars_waited(void *ctx, uint64_t at)
{
    struct uart *uart = ctx;

    (void)at;
    uart->timeout_pending = 1;
    drive_irq(uart);
}

static unsigned uart_input(struct device *device, const uint8_t *bytes, unsigned length)
{
    struct uart *uart = (struct uart *)device;
    unsigned taken = 0;

    while (taken < length && uart->wire.count < UART_FIFO)
        push(&uart->wire, bytes[taken++]);
    watch_wire(uart);
    return taken;
}

static unsigned uart_room(const struct device *device)
{
    return UART_FIFO - ((const struct uart *)device)->wire.count;
}

/* --- the transmitter ---------------------------------------------------------- */

static void load_shift_register(struct uart *uart)
{
    if (uart->send.count == 0)
        return;
    uart->shift = pop(&uart->send);
    queue_arm(uart->device.queue, &uart->sent, now(uart) + frame(uart));
    if (uart->send.count == 0)
        uart->thre_pending = 1;
}

static void char_leaves(void *ctx, uint64_t at)
{
    struct uart *uart = ctx;

    if (uart->mcr & MCR_LOOP) {
        receive(uart, uart->shift);
    } else {
        EMIT(uart->device.events, at, CONSOLE, console, .device = uart->device.index,
             .access = ACCESS_STORE, .byte = uart->shift);
        if (uart->output)
            uart->output(uart->output_ctx, uart->shift);
    }
    load_shift_register(uart);
    drive_irq(uart);
}

/*
 * Software that writes to a full transmitter would lose a character on a real line. Here
 * the one that is being shifted leaves at once and makes room, so that small programs
 * that never look at LSR print what they print on QEMU.
 */
static void send_char(struct uart *uart, uint8_t byte)
{
    if (uart->send.count == depth(uart))
        char_leaves(uart, now(uart));
    push(&uart->send, byte);
    uart->thre_pending = 0;
    if (uart->sent.due == NEVER)
        load_shift_register(uart);
    drive_irq(uart);
}

/* --- registers ---------------------------------------------------------------- */

static uint64_t peek_rbr(const void *ctx, unsigned index)
{
    const struct uart *uart = ctx;

    (void)index;
    if (divisor_latch(uart))
        return uart->dll;
    return uart->take.count ? uart->take.bytes[uart->take.first] : uart->last_read;
}

static uint64_t read_rbr(void *ctx, unsigned index)
{
    struct uart *uart = ctx;
    uint64_t value = peek_rbr(ctx, index);

    if (divisor_latch(uart) || uart->take.count == 0)
        return value;
    uart->last_read = pop(&uart->take);
    uart->timeout_pending = 0;
    restart_timeout(uart);
    watch_wire(uart);
    drive_irq(uart);
    return value;
}

static void thr_written(void *ctx, unsigned index, uint64_t old, uint64_t wrote)
{
    struct uart *uart = ctx;

    (void)index;
    (void)old;
    if (divisor_latch(uart))
        uart->dll = (uint8_t)wrote;
    else
        send_char(uart, (uint8_t)wrote);
}

static uint64_t peek_ier(const void *ctx, unsigned index)
{
    const struct uart *uart = ctx;

    (void)index;
    return divisor_latch(uart) ? uart->dlm : uart->ier;
}

static uint64_t read_ier(void *ctx, unsigned index)
{
    return peek_ier(ctx, index);
}

/* Enabling its interrupt while THR is empty raises it: drivers start sending so. */
static void ier_written(void *ctx, unsigned index, uint64_t old, uint64_t wrote)
{
    struct uart *uart = ctx;
    bool enables = wrote & IER_THRI & ~(uint64_t)uart->ier;

    (void)index;
    (void)old;
    if (divisor_latch(uart)) {
        uart->dlm = (uint8_t)wrote;
        return;
    }
    uart->ier = wrote & BITS(3, 0);
    if (enables && uart->send.count == 0)
        uart->thre_pending = 1;
    drive_irq(uart);
}

static uint64_t peek_iir(const void *ctx, unsigned index)
{
    const struct uart *uart = ctx;

    (void)index;
    return cause(uart) | (uart->fcr & FCR_ENABLE ? IIR_FIFOS : 0);
}

/* Reading IIR resets the THR-empty interrupt, if that is what it tells. */
static uint64_t read_iir(void *ctx, unsigned index)
{
    struct uart *uart = ctx;
    uint64_t value = peek_iir(ctx, index);

    if (cause(uart) == IIR_THRE)
        uart->thre_pending = 0;
    drive_irq(uart);
    return value;
}

static void clear_receiver(struct uart *uart)
{
    uart->take.count = 0;
    uart->timeout_pending = 0;
    restart_timeout(uart);
}

static void clear_transmitter(struct uart *uart)
{
    if (uart->send.count)
        uart->thre_pending = 1;
    uart->send.count = 0;
}

/* Other bits count only together with FIFO enable; changing that one empties both. */
static void fcr_written(void *ctx, unsigned index, uint64_t old, uint64_t wrote)
{
    struct uart *uart = ctx;
    uint64_t fcr = wrote & FCR_ENABLE ? wrote : 0;
    bool toggled = (uart->fcr ^ fcr) & FCR_ENABLE;

    (void)index;
    (void)old;
    uart->fcr = fcr & (FCR_ENABLE | FCR_DMA | FCR_TRIGGER);
    if (toggled || fcr & FCR_CLEAR_R)
        clear_receiver(uart);
    if (toggled || fcr & FCR_CLEAR_T)
        clear_transmitter(uart);
    watch_wire(uart);
    drive_irq(uart);
}

static void mcr_written(void *ctx, unsigned index, uint64_t old, uint64_t wrote)
{
    struct uart *uart = ctx;
    uint8_t before = modem_lines((uint8_t)old), after = modem_lines(uart->mcr);
    uint8_t changed = before ^ after;

    (void)index;
    (void)wrote;
    uart->deltas |= (changed >> 4) & (MSR_DCTS | MSR_DDSR | MSR_DDCD);
    if (changed & before & MSR_RI) /* the trailing edge only */
        uart->deltas |= MSR_TERI;
    watch_wire(uart);
    drive_irq(uart);
}

static uint64_t peek_lsr(const void *ctx, unsigned index)
{
    const struct uart *uart = ctx;
    uint64_t lsr = uart->errors;

    (void)index;
    if (uart->take.count)
        lsr |= LSR_DR;
    if (uart->send.count == 0)
        lsr |= LSR_THRE;
    if (uart->send.count == 0 && uart->sent.due == NEVER)
        lsr |= LSR_TEMT;
    return lsr;
}

static uint64_t read_lsr(void *ctx, unsigned index)
{
    struct uart *uart = ctx;
    uint64_t value = peek_lsr(ctx, index);

    uart->errors = 0;
    drive_irq(uart);
    return value;
}

static uint64_t peek_msr(const void *ctx, unsigned index)
{
    const struct uart *uart = ctx;

    (void)index;
    return modem_lines(uart->mcr) | uart->deltas;
}

static uint64_t read_msr(void *ctx, unsigned index)
{
    struct uart *uart = ctx;
    uint64_t value = peek_msr(ctx, index);

    uart->deltas = 0;
    drive_irq(uart);
    return value;
}

static const char *const causes[] = {
    "modem status",
    "none",
    "THR empty",
    "-",
    "received data",
    "-",
    "receive error",
    "-",
    "-",
    "-",
    "-",
    "-",
    "time-out",
    NULL,
};

static const struct reg_field rbr_fields[] = {
    {7, 0, "data", "character received, or to be sent", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field ier_fields[] = {
    {0, 0, "ERBFI", "interrupt when characters have been received", NULL},
    {1, 1, "ETBEI", "interrupt when THR is empty", NULL},
    {2, 2, "ELSI", "interrupt on a receive error", NULL},
    {3, 3, "EDSSI", "interrupt when a modem line changes", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field fcr_fields[] = {
    {0, 0, "enable", "the FIFOs are on", NULL},
    {1, 1, "clear receiver", "empties the receiver's FIFO", NULL},
    {2, 2, "clear transmitter", "empties the transmitter's FIFO", NULL},
    {3, 3, "DMA mode", "no effect here", NULL},
    {7, 6, "trigger", "characters that interrupt: 1, 4, 8, 14", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field iir_fields[] = {
    {3, 0, "cause", "why the interrupt line is high, the most urgent first", causes},
    {7, 6, "FIFOs", "11: the FIFOs are on", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field lcr_fields[] = {
    {1, 0, "WLS", "data bits less 5", NULL},
    {2, 2, "STB", "two stop bits", NULL},
    {5, 3, "parity", "kind of parity", NULL},
    {6, 6, "break", "send a break", NULL},
    {7, 7, "DLAB", "offsets 0 and 1 are the divisor", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field mcr_fields[] = {
    {0, 0, "DTR", "data terminal ready", NULL},
    {1, 1, "RTS", "request to send", NULL},
    {2, 2, "OUT1", "auxiliary output 1", NULL},
    {3, 3, "OUT2", "auxiliary output 2", NULL},
    {4, 4, "loop", "what is sent is received", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field lsr_fields[] = {
    {0, 0, "DR", "a received character can be read", NULL},
    {1, 1, "OE", "a received character was lost", NULL},
    {5, 5, "THRE", "characters can be written", NULL},
    {6, 6, "TEMT", "everything has been sent", NULL},
    {0, 0, NULL, NULL, NULL},
};

static const struct reg_field msr_fields[] = {
    {0, 0, "DCTS", "CTS has changed", NULL},
    {1, 1, "DDSR", "DSR has changed", NULL},
    {2, 2, "TERI", "RI has gone low", NULL},
    {3, 3, "DDCD", "DCD has changed", NULL},
    {4, 4, "CTS", "clear to send", NULL},
    {5, 5, "DSR", "data set ready", NULL},
    {6, 6, "RI", "ring indicator", NULL},
    {7, 7, "DCD", "carrier detect", NULL},
    {0, 0, NULL, NULL, NULL},
};

#define AT(member) .at = offsetof(struct uart, member), .width = 1

static const struct reg uart_regs[] = {
    {
        .offset = UART_RBR,
        .size = 1,
        .name = "RBR",
        .write_name = "THR",
        .rw = BITS(7, 0),
        .read = read_rbr,
        .peek = peek_rbr,
        .written = thr_written,
        .fields = rbr_fields,
        .help = "read: the oldest received character; write: a character to send",
    },
    {
        .offset = UART_IER,
        .size = 1,
        .name = "IER",
        .rw = BITS(7, 0),
        .read = read_ier,
        .peek = peek_ier,
        .written = ier_written,
        .fields = ier_fields,
        .help = "which interrupts are wanted",
    },
    {
        .offset = UART_IIR,
        .size = 1,
        .name = "IIR",
        .write_name = "FCR",
        .write_fields = fcr_fields,
        .reset = IIR_NONE,
        .rw = BITS(7, 0),
        .read = read_iir,
        .peek = peek_iir,
        .written = fcr_written,
        .fields = iir_fields,
        .help = "read: why the interrupt line is high; write: FIFO control",
    },
    {
        .offset = UART_LCR,
        .size = 1,
        .name = "LCR",
        AT(lcr),
        .rw = BITS(7, 0),
        .fields = lcr_fields,
        .help = "form of a character, and the divisor latch bit",
    },
    {
        .offset = UART_MCR,
        .size = 1,
        .name = "MCR",
        AT(mcr),
        .reset = MCR_OUT2,
        .rw = BITS(4, 0),
        .written = mcr_written,
        .fields = mcr_fields,
        .help = "lines to the modem, and loopback",
    },
    {
        .offset = UART_LSR,
        .size = 1,
        .name = "LSR",
        .reset = LSR_THRE | LSR_TEMT,
        .read = read_lsr,
        .peek = peek_lsr,
        .fields = lsr_fields,
        .help = "what receiver and transmitter are doing; reading clears errors",
    },
    {
        .offset = UART_MSR,
        .size = 1,
        .name = "MSR",
        .reset = MSR_DCD | MSR_DSR | MSR_CTS,
        .read = read_msr,
        .peek = peek_msr,
        .fields = msr_fields,
        .help = "lines from the modem; reading clears the changes",
    },
    {
        .offset = UART_SCR,
        .size = 1,
        .name = "SCR",
        AT(scr),
        .rw = BITS(7, 0),
        .help = "scratch: any byte that software likes to keep",
    },
    /* Behind LCR.DLAB; the rows above reach them, these are for views. */
    {
        .offset = UART_DLL,
        .size = 1,
        .name = "DLL",
        AT(dll),
        .reset = DIVISOR_9600,
        .rw = BITS(7, 0),
        .help = "with DLAB: low byte of the baud rate divisor",
    },
    {
        .offset = UART_DLM,
        .size = 1,
        .name = "DLM",
        AT(dlm),
        .rw = BITS(7, 0),
        .help = "with DLAB: high byte of the baud rate divisor",
    },
};

static const struct regfile uart_regfile = {uart_regs, COUNT(uart_regs)};

/* Whatever the size of an access, it is to the one register at its address. */
static enum bus_response uart_read(void *ctx, uint32_t offset, unsigned size,
                                   uint64_t *value)
{
    (void)size;
    return regfile_read(&uart_regfile, ctx, offset, 1, value);
}

static enum bus_response uart_write(void *ctx, uint32_t offset, unsigned size,
                                    uint64_t value)
{
    (void)size;
    return regfile_write(&uart_regfile, ctx, offset, 1, value);
}

static enum bus_response uart_peek(const void *ctx, uint32_t offset, unsigned size,
                                   uint64_t *value)
{
    (void)size;
    return regfile_peek(&uart_regfile, ctx, offset, 1, value);
}

static void uart_reset(struct device *device)
{
    struct uart *uart = (struct uart *)device;

    regfile_reset(&uart_regfile, uart);
    uart->ier = uart->fcr = 0;
    uart->errors = uart->deltas = 0;
    uart->last_read = uart->shift = 0;
    uart->thre_pending = uart->timeout_pending = 0;
    uart->send = uart->take = uart->wire = (struct uart_fifo){0};
    queue_arm(device->queue, &uart->sent, NEVER);
    queue_arm(device->queue, &uart->arrives, NEVER);
    queue_arm(device->queue, &uart->timeout, NEVER);
    drive_irq(uart);
}

static void fifo_state(struct uart_fifo *fifo, struct state *state)
{
    STATE(state, fifo->bytes);
    STATE(state, fifo->first);
    STATE(state, fifo->count);
}

static void uart_state(struct device *device, struct state *state)
{
    struct uart *uart = (struct uart *)device;

    STATE(state, uart->ier);
    STATE(state, uart->fcr);
    STATE(state, uart->lcr);
    STATE(state, uart->mcr);
    STATE(state, uart->scr);
    STATE(state, uart->dll);
    STATE(state, uart->dlm);
    STATE(state, uart->errors);
    STATE(state, uart->deltas);
    STATE(state, uart->last_read);
    STATE(state, uart->thre_pending);
    STATE(state, uart->timeout_pending);
    STATE(state, uart->shift);
    fifo_state(&uart->send, state);
    fifo_state(&uart->take, state);
    fifo_state(&uart->wire, state);
}

static void uart_free(struct device *device)
{
    free(device);
}

static struct device *uart_create(const struct device_place *place, struct err *err)
{
    struct uart *uart = alloc_zero(1, sizeof(*uart));
    struct device *device = &uart->device;

    device_init(device, &uart_type, place);
    if (device_timer(device, &uart->sent, "a character is sent", char_leaves, uart,
                     err) &&
        device_timer(device, &uart->arrives, "a character arrives", char_arrives, uart,
                     err) &&
        device_timer(device, &uart->timeout, "receive time-out", chars_waited, uart,
                     err))
        return device;
    uart_free(device);
    return NULL;
}

const struct device_type uart_type = {
    .name = "uart",
    .help = "16550A serial port with 16-byte FIFOs",
    .size = 0x100,
    .min_size = 1,
    .max_size = 8,
    .irqs = 1,
    .regs = &uart_regfile,
    .create = uart_create,
    .free = uart_free,
    .reset = uart_reset,
    .state = uart_state,
    .read = uart_read,
    .write = uart_write,
    .peek = uart_peek,
    .input = uart_input,
    .room = uart_room,
};

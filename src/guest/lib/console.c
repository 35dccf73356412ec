/*
 * The console: where print() prints to.
 *
 * There are two ways to say something. A supervisor asks for it: SBI's debug console takes
 * the address of a text and its length, so a line costs one call. Or a program drives the
 * serial port itself, character by character, waiting each time until there is room. The
 * boot shim must do that, and so must a kernel over a firmware that is older than the debug
 * console (OpenSBI before 1.3).
 */
#include "lib/console.h"

#include "include/uart.h"
#include "lib/mmio.h"
#include "lib/print.h"
#include "lib/sbi.h"

static uintptr_t uart; /* 0: there is none */

void console_uart(const char *text, size_t bytes)
{
    while (uart && bytes--) {
        while (!(mmio_read8(uart + UART_LINE_STATUS) & UART_LINE_STATUS_EMPTY))
            ;
        mmio_write8(uart + UART_TRANSMIT, (uint8_t)*text++);
    }
}

int console_uart_read(void)
{
    if (!uart || !(mmio_read8(uart + UART_LINE_STATUS) & UART_LINE_STATUS_READY))
        return -1;
    return mmio_read8(uart + UART_RECEIVE);
}

/* It may take less than all. */
static void console_sbi(const char *text, size_t bytes)
{
    while (bytes) {
        struct sbi_answer answer =
            sbi_call(SBI_DBCN, SBI_DBCN_CONSOLE_WRITE, bytes, (uintptr_t)text, 0);

        if (answer.error != SBI_SUCCESS || answer.value > bytes)
            return;
        text += answer.value;
        bytes -= answer.value;
    }
}

void console_open_uart(const struct devicetree *tree)
{
    dt_node node = dt_compatible(tree, DT_ROOT, "ns16550a");
    uint64_t base, size;

    uart = node != DT_NONE && dt_reg(tree, node, 0, &base, &size) ? base : 0;
    print_to(console_uart);
}

void console_open(const struct devicetree *tree)
{
    if (sbi_has(SBI_DBCN))
        print_to(console_sbi);
    else
        console_open_uart(tree);
}

/*
 * One console for all. What guests print is kept until the line is whole, so that the
 * lines of several guests do not get mixed up, and comes out with the guest's name:
 *
 *   guest1: 64 operations, 262144 bytes, no errors
 */
#include "hypervisor/console.h"

#include "hypervisor/lock.h"
#include "lib/print.h"
#include "lib/sbi.h"

static struct lock console;

void say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    lock(&console);
    print_list(format, arguments);
    print_flush();
    unlock(&console);
    va_end(arguments);
}

void console_flush(struct guest *guest)
{
    if (!guest->line_length)
        return;
    guest->line[guest->line_length] = '\0';
    say("guest%u: %s\n", guest->number, guest->line);
    guest->line_length = 0;
}

/* A guest could print what a terminal takes for commands: only text comes through. */
void console_put(struct guest *guest, char character)
{
    if (character == '\n' || guest->line_length == CONSOLE_LINE)
        console_flush(guest);
    if ((character >= ' ' && character <= '~') || character == '\t')
        guest->line[guest->line_length++] = character;
}

void panic(const char *why)
{
    say("hypervisor: %s\n", why);
    sbi_shutdown(true);
}

void panic_trap(uint64_t cause, uint64_t pc, uint64_t tval)
{
    say("hypervisor: cause %lu at %lx, value %lx\n", cause, pc, tval);
    sbi_shutdown(true);
}

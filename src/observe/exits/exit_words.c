#include "observe/exits/exit_words.h"

#include "machine/isa/isa.h"

#include <inttypes.h>

/* SBI 2.0: the extensions with their functions, by number. */
enum { CALL_FUNCTIONS = 7 };

static const struct {
    uint64_t number;
    const char *name, *function[CALL_FUNCTIONS];
} calls[] = {
    {0x10,
     "BASE",
     {"get_spec_version", "get_impl_id", "get_impl_version", "probe_extension",
      "get_mvendorid", "get_marchid", "get_mimpid"}},
    {0x54494d45, "TIME", {"set_timer"}},
    {0x735049, "IPI", {"send_ipi"}},
    {0x52464e43,
     "RFNC",
     {"remote_fence_i", "remote_sfence_vma", "remote_sfence_vma_asid",
      "remote_hfence_gvma_vmid", "remote_hfence_gvma", "remote_hfence_vvma_asid",
      "remote_hfence_vvma"}},
    {0x48534d, "HSM", {"hart_start", "hart_stop", "hart_get_status", "hart_suspend"}},
    {0x53525354, "SRST", {"system_reset"}},
    {0x4442434e, "DBCN", {"console_write", "console_read", "console_write_byte"}},
    {0x0, "set_timer", {NULL}},
    {0x1, "console_putchar", {NULL}},
    {0x8, "shutdown", {NULL}},
};

enum { CALLS_LEGACY = 0x10 /* those before are one function each */ };

bool exit_is_page_fault(uint64_t cause)
{
    return cause == CAUSE_INSTRUCTION_GUEST_PAGE || cause == CAUSE_LOAD_GUEST_PAGE ||
           cause == CAUSE_STORE_GUEST_PAGE;
}

bool exit_is_external(uint64_t cause)
{
    return cause == (CAUSE_INTERRUPT | IRQ_SEI) || cause == (CAUSE_INTERRUPT | IRQ_MEI);
}

void exit_put_cause(struct buf *out, uint64_t cause)
{
    if (cause == EXIT_CAUSE_REST)
        buf_text(out, "all others");
    else
        put_cause(out, cause);
}

/* Causes in at most 17 letters. */
static const struct {
    uint64_t cause;
    const char *title;
} short_causes[] = {
    {CAUSE_INTERRUPT | IRQ_SSI, "software irq"},
    {CAUSE_INTERRUPT | IRQ_STI, "timer irq"},
    {CAUSE_INTERRUPT | IRQ_SEI, "external irq"},
    {CAUSE_INTERRUPT | IRQ_MTI, "M timer irq"},
    {CAUSE_INTERRUPT | IRQ_MEI, "M external irq"},
    {CAUSE_ECALL_VS, "hypercall"},
    {CAUSE_INSTRUCTION_GUEST_PAGE, "fetch fault"},
    {CAUSE_LOAD_GUEST_PAGE, "load fault"},
    {CAUSE_STORE_GUEST_PAGE, "store fault"},
    {CAUSE_VIRTUAL_INSTRUCTION, "virtual insn"},
};

void exit_put_short_cause(struct buf *out, uint64_t cause)
{
    for (size_t i = 0; i < COUNT(short_causes); i++)
        if (short_causes[i].cause == cause) {
            buf_text(out, short_causes[i].title);
            return;
        }
    exit_put_cause(out, cause);
}

const struct device *exit_device(const struct board *board, uint64_t gpa)
{
    const struct mmio *mmio = bus_find(&board->bus, gpa);

    return mmio && mmio->device < board->devices ? board->device[mmio->device] : NULL;
}

const struct device *exit_driver(const struct board *board, unsigned source)
{
    for (unsigned d = 0; d < board->devices; d++)
        for (unsigned i = 0; i < board->device[d]->lines; i++)
            if (board->device[d]->line[i].source == source)
                return board->device[d];
    return NULL;
}

void exit_put_place(struct buf *out, const struct narrator *narrator, unsigned board,
                    uint64_t gpa, bool write)
{
    const struct board *of = narrator->run->board[board];
    const struct device *device = exit_device(of, gpa);

    if (device)
        put_register(out, narrator, board, device->index,
                     (uint32_t)(gpa - device->base), write);
    else if (ram_has(&of->bus.ram, gpa, 1))
        buf_text(out, "RAM");
    else
        buf_text(out, "nothing");
}

void exit_put_call(struct buf *out, uint64_t call, uint64_t function)
{
    for (unsigned i = 0; i < COUNT(calls); i++) {
        const char *name =
            function < CALL_FUNCTIONS ? calls[i].function[function] : NULL;

        if (calls[i].number != call)
            continue;
        buf_printf(out, "SBI %s", calls[i].name);
        if (name)
            buf_printf(out, " %s", name);
        else if (call >= CALLS_LEGACY)
            buf_printf(out, " %" PRIu64, function);
        return;
    }
    buf_printf(out, "call 0x%" PRIx64 " %" PRIu64, call, function);
}

void exit_put_instruction(struct buf *out, uint32_t insn, uint64_t epc)
{
    struct insn decoded = insn_decode(insn);
    char text[96];

    if (!insn)
        return;
    insn_text(text, sizeof(text), &decoded, epc, true);
    buf_char(out, '`');
    for (const char *c = text; *c; c++)
        buf_char(out, *c == '\t' ? ' ' : *c);
    buf_char(out, '`');
}

void exit_put_address(struct buf *out, const struct narrator *narrator, uint64_t va)
{
    struct narrator guest = *narrator;

    if (guest.guest_symbols)
        guest.symbols = guest.guest_symbols;
    put_address(out, &guest, va);
}

void exit_put_about(struct buf *out, const struct narrator *narrator,
                    const struct vm_exit *exit)
{
    if (exit_is_page_fault(exit->cause))
        exit_put_place(out, narrator, exit->board, exit->gpa,
                       exit->cause == CAUSE_STORE_GUEST_PAGE);
    else if (exit->cause == CAUSE_ECALL_VS)
        exit_put_call(out, exit->call, exit->call_function);
    else if (exit_is_external(exit->cause) && exit->claimed)
        buf_printf(out, "interrupt %u", exit->claimed);
}

static void put_comma(struct buf *out)
{
    if (out->size)
        buf_text(out, ", ");
}

static void put_accesses(struct buf *out, uint32_t count, const char *one,
                         const char *many)
{
    if (count == 0)
        return;
    put_comma(out);
    put_count(out, count);
    buf_text(out, count == 1 ? one : many);
}

/* The bits of hvip (privileged 1.13, "Hypervisor Interrupt Registers"). */
static void put_injected(struct buf *out, uint64_t bits)
{
    static const struct {
        uint64_t bit;
        const char *name;
    } names[] = {
        {BIT(IRQ_VSSI), "VSSIP"}, {BIT(IRQ_VSTI), "VSTIP"}, {BIT(IRQ_VSEI), "VSEIP"}};

    for (unsigned i = 0; i < COUNT(names); i++)
        if (bits & names[i].bit) {
            put_comma(out);
            buf_printf(out, "injects %s", names[i].name);
        }
}

void exit_put_did(struct buf *out, const struct vm_exit *exit)
{
    struct buf text = {0};

    put_accesses(&text, exit->reads, " device read", " device reads");
    put_accesses(&text, exit->writes, " device write", " device writes");
    if (exit->claimed && !exit_is_external(exit->cause)) {
        put_comma(&text);
        buf_printf(&text, "claims %u", exit->claimed);
    }
    put_injected(&text, exit->injected);
    if (!exit->open && exit->resumed != exit->vmid) {
        put_comma(&text);
        buf_printf(&text, "goes on with guest %u", exit->resumed);
    }
    buf_text(out, buf_str(&text));
    buf_free(&text);
}

void exit_put_parts(struct buf *out, const struct exit_cost *cost)
{
    bool some = false;

    for (int part = 0; part < EXIT_PARTS; part++) {
        if (cost->part[part] == 0)
            continue;
        buf_printf(out, "%s%s ", some ? ", " : "", exit_part_infos[part].name);
        put_count(out, cost->part[part]);
        some = true;
    }
}

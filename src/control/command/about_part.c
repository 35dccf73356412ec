/* about hart 0, ram, bus, dma0, guest 1: parts of the machine. */
#include "control/command/about.h"
#include "control/command/exit.h"
#include "control/command/show.h"
#include "control/command/where.h"
#include "machine/board/board.h"
#include "machine/dma/dma.h"
#include "machine/virtio/virtio.h"
#include "observe/exits/guest_folds.h"

#include <inttypes.h>
#include <string.h>

/* --- harts ------------------------------------------------------------------------------ */

struct of_hart {
    unsigned board, hart;
};

static bool is_mode_change(void *ctx, const struct event *event)
{
    const struct of_hart *of = ctx;
    unsigned hart = event->kind == EVENT_TRAP_ENTER ? event->trap_enter.hart
                                                    : event->trap_return.hart;

    return event->board == of->board && hart == of->hart;
}

/* Why it is in the mode that it is in: the trap or return that came last. */
static void say_mode(struct about *about, const struct hart *hart)
{
    struct session *session = about->session;
    struct of_hart of = {session->board, hart->id};
    struct event event;

    about_say(about, "it is in %s%s", mode_name(hart_privilege(hart)),
              hart->asleep ? " and waits for an interrupt" : "");
    if (timeline_find_last(session->time, timeline_now(session->time),
                           EVENT_BIT(EVENT_TRAP_ENTER) | EVENT_BIT(EVENT_TRAP_RETURN),
                           is_mode_change, &of, &event))
        about_event_line(about, "that is since this", &event);
    else
        about_say(about, "it has been in that mode since reset");
}

static void say_work(struct about *about, const struct hart *hart)
{
    struct buf text = {0};

    buf_printf(&text, "so far it has retired ");
    put_count(&text, hart->retired);
    buf_text(&text, " instructions and taken ");
    put_count(&text, hart->interrupts);
    buf_text(&text, " interrupts and ");
    put_count(&text, hart->exceptions);
    buf_text(&text, " exceptions");
    ask_say(about->call, &text);
    buf_free(&text);
}

bool about_hart(struct about *about, const char *name, struct err *err)
{
    const struct board *board = session_board(about->session);
    uint64_t number = about->session->hart;
    const struct hart *hart;
    struct buf at = {0};

    if ((*name && !about_number(name, &number)) || number >= board->harts)
        return err_set(err, "there is no hart '%s': the last one is hart %u", name,
                       board->harts - 1);
    hart = &board->hart[number];
    about_say(about,
              "hart %u: a hardware thread, which fetches and executes instructions "
              "(RV64IMAC%s)",
              hart->id, hart->has_h ? " with the hypervisor extension" : "");
    where_put_place(&at, about->session, hart->pc);
    about_say(about, "its next instruction is at %s", at.data);
    buf_free(&at);
    say_mode(about, hart);
    say_work(about, hart);
    about_next(about, "info registers hart%u", hart->id);
    about_next(about, "info csr");
    about_next(about, "about code 0x%" PRIx64, hart->pc);
    return about_line(about, ABOUT_TABLES, err, "info harts");
}

/* --- RAM and bus -------------------------------------------------------------------------- */

bool about_ram(struct about *about, const char *name, struct err *err)
{
    const struct ram *ram = &session_board(about->session)->bus.ram;
    struct buf size = {0};

    (void)name;
    put_count(&size, ram->size);
    about_say(about,
              "RAM: the memory that harts and devices share, %s bytes from 0x%" PRIx64
              " to 0x%" PRIx64,
              size.data, ram->base, ram->base + (ram->size - 1));
    buf_free(&size);
    about_next(about, "info map");
    about_next(about, "who u8p[0x%" PRIx64 "]", ram->base);
    return about_line(about, ABOUT_ALL, err, "info regions");
}

bool about_bus(struct about *about, const char *name, struct err *err)
{
    (void)name;
    about_say(about, "the bus: what harts and devices reach memory and registers by; "
                     "one transaction at a time, so that others wait");
    about_next(about, "info costs");
    about_next(about, "catch bus-wait");
    return about_line(about, ABOUT_ALL, err, "info bus");
}

bool about_clock(struct about *about, const char *name, struct err *err)
{
    const struct timeline *time = about->session->time;
    struct buf at = {0};

    (void)name;
    (void)err;
    where_put_moment(&at, timeline_now(time), timeline_cycle(time));
    about_say(about, "the clock of the run is at cycle %" PRIu64 ", of 1 ns each",
              timeline_cycle(time));
    about_say(about,
              "the moment is %s: instructions retired by all harts, and events "
              "since the last one",
              at.data);
    buf_free(&at);
    about_next(about, "where");
    about_next(about, "timeline");
    about_next(about, "info queue");
    return true;
}

/* --- devices ------------------------------------------------------------------------------- */

struct of_device {
    unsigned board, device;
};

static bool is_of_device(void *ctx, const struct event *event)
{
    const struct of_device *of = ctx;

    return event->board == of->board && event_device(event) == (int)of->device;
}

static void say_last(struct about *about, const struct device *device)
{
    struct session *session = about->session;
    struct of_device of = {session->board, device->index};
    struct event event;

    if (timeline_find_last(session->time, timeline_now(session->time),
                           EVENT_ALL & ~EVENT_BIT(EVENT_INSN), is_of_device, &of,
                           &event)) {
        about_event_line(about, "the last that happened there", &event);
        about_cause(about, &event);
    } else {
        about_say(about, "nothing has happened there yet");
    }
}

/* The command that tells of devices of that type what their registers do not. */
static const struct {
    const char *type, *line;
    bool names; /* it takes the device's name */
} lines_of[] = {
    {"dma", "info dma", false},     {"ata", "info disk", false},
    {"iommu", "info iommu", false}, {"virtio-blk", "info virtqueue", true},
    {"plic", "info irq", false},
};

/* Its table says more than all registers one by one. */
static bool tables_of(struct about *about, const struct device *device, struct err *err)
{
    const char *line = "info device";
    bool names = true;

    for (size_t i = 0; i < COUNT(lines_of); i++)
        if (strcmp(lines_of[i].type, device->type->name) == 0) {
            line = lines_of[i].line;
            names = lines_of[i].names;
            about_next(about, "info device %s", device->name);
        }
    return about_line(about, ABOUT_TABLES, err, "%s%s%s", line, names ? " " : "",
                      names ? device->name : "");
}

static void next_of_device(struct about *about, const struct device *device)
{
    if (device->lines == 1 && device->line[0].source)
        about_next(about, "about irq %u", device->line[0].source);
    about_next(about, "why");
}

/* "dma0 1": its registers as a table of their own. */
static bool tell_channel(struct about *about, const struct device *device,
                         const char *channel, struct err *err)
{
    uint64_t number;

    if (device->type == &virtio_blk_type)
        return about_line(about, ABOUT_ALL, err, "info virtqueue %s", device->name);
    if (device->type != &dma_type)
        return err_set(err, "%s has no parts with numbers", device->name);
    if (!about_number(channel, &number) || number >= DMA_CHANNELS)
        return err_set(err, "%s has no channel '%s': it has 0 to %d", device->name,
                       channel, DMA_CHANNELS - 1);
    about_say(about,
              "channel %" PRIu64 " of %s: one of %d transfers that it can have "
              "under way",
              number, device->name, DMA_CHANNELS);
    about_next(about, "about %s.Control[%" PRIu64 "]", device->name, number);
    return about_line(about, ABOUT_ALL, err, "info dma %" PRIu64, number);
}

bool about_device(struct about *about, const struct device *device, const char *channel,
                  struct err *err)
{
    if (*channel) {
        if (!tell_channel(about, device, channel, err))
            return false;
        next_of_device(about, device);
        return true;
    }
    if (!about_line(about, ABOUT_SENTENCES, err, "info device %s", device->name))
        return false;
    say_last(about, device);
    if (!tables_of(about, device, err))
        return false;
    next_of_device(about, device);
    return true;
}

/* --- guests -------------------------------------------------------------------------------- */

static bool no_guest(const struct exits *exits, const char *name, struct err *err)
{
    struct buf known = {0};

    for (unsigned i = 0; i < EXIT_VMIDS; i++)
        if (exits->guest[i].entries)
            buf_printf(&known, "%s%u", known.size ? ", " : "", i);
    if (known.size)
        err_set(err, "no guest '%s' has been entered so far, but %s", name,
                buf_str(&known));
    else
        err_set(err, "no guest has been entered so far");
    buf_free(&known);
    return false;
}

bool about_guest(struct about *about, const char *name, struct err *err)
{
    const struct exits *exits = &about->session->guests->exits;
    const struct exit_guest *guest;
    struct buf text = {0};
    uint64_t vmid;

    if (!about_number(name, &vmid) || vmid >= EXIT_VMIDS || !exits->guest[vmid].entries)
        return no_guest(exits, name, err);
    guest = &exits->guest[vmid];
    about_say(about, "guest %" PRIu64 ": what runs with V = 1 under VMID %" PRIu64,
              vmid, vmid);
    buf_printf(&text,
               guest->inside ? "it runs now, on hart %u, in %s"
                             : "it does not run now; it was on hart %u, in %s",
               guest->hart, mode_name(guest->mode));
    buf_text(&text, "; it has been entered ");
    put_count(&text, guest->entries);
    buf_text(&text, " times and left ");
    put_count(&text, guest->exits);
    buf_text(&text, " times");
    ask_say(about->call, &text);
    buf_free(&text);
    about_next(about, "why exit");
    about_next(about, "exits --by guest");
    about_next(about, "info exits");
    return about_line(about, ABOUT_TABLES, err, "info guests");
}

#ifndef FACE_GDB_GDB_H
#define FACE_GDB_GDB_H

#include "control/session.h"
#include "face/gdb/hex.h"
#include "face/gdb/packet.h"
#include "face/gdb/wire.h"

/*
 * GDB's server: a session as GDB's remote serial protocol shows it. All harts of the
 * session's board are threads of one process, and thread n is hart n - 1.
 *
 *   wire.c      bytes to and from the client       packet.c   their frame
 *   server.c    the loop, and the table of packets
 *   target.c    registers, and their description   memory.c   memory
 *   threads.c   harts as threads                   query.c    q and Q packets
 *   points.c    breakpoints and watchpoints        lookout.c  what stops a move
 *   resume.c    moves                              report.c   how they have ended
 *   listen.c    sockets                            gdb_command.c   what starts it
 *
 * What changes the machine is an act of the session's journal. GDB may send anything: a
 * handler answers with an error what it cannot do, and with nothing what it does not
 * know, as the protocol says.
 */
enum { GDB_POINTS = 256, GDB_POINT_PIECES = 8 };

/* Numbers of error replies: those of errno, as GDB's own server gives. */
enum gdb_error {
    GDB_E_FORM = 22,  /* EINVAL: the packet is not as it should be */
    GDB_E_THREAD = 3, /* ESRCH */
    GDB_E_MEMORY = 14 /* EFAULT */
};

/* What GDB calls the kinds of Z packets. */
enum point_type {
    POINT_SOFTWARE,
    POINT_HARDWARE,
    POINT_WRITE,
    POINT_READ,
    POINT_ACCESS,
    POINT_TYPES
};

/* A breakpoint or watchpoint of the client. Watched bytes may be in several places of
 * physical memory. */
struct point {
    enum point_type type;
    uint64_t address, length;
    unsigned pieces;
    struct point_piece {
        unsigned stop; /* its number in gdb.stops */
        uint64_t offset, pa, length;
    } piece[GDB_POINT_PIECES];
    /* GDB has taken it away, which it does while it steps a hart over it: for other harts
     * it is still there. */
    bool lapsed;
};

/* What has stopped a move besides its own end. */
struct hit {
    bool by_point, by_user; /* the client's, the session's */
    enum point_type type;
    uint64_t address;  /* of the watched byte */
    unsigned hart;     /* that arrived there or did it */
    uint8_t initiator; /* enum initiator */
    char text[384];    /* of the session's stop: lines */
};

struct gdb {
    struct session *session;
    unsigned board; /* whose harts are the threads */
    struct wire wire;
    struct packet_reader reader;
    struct buf reply,
        sent;        /* the payload that is being made; the last packet, framed */
    bool acks;       /* until QStartNoAckMode */
    bool silent;     /* this packet has no reply */
    bool gone;       /* the client is, or it has said good-bye */
    bool extended;   /* it stays when it detaches or kills, */
    bool absent;     /* and has: there is no process until it attaches or runs */
    bool physical;   /* m and M mean physical addresses (qqemu.PhyMemMode) */
    unsigned hart;   /* that g, p and m mean: GDB's general thread */
    int stepped;     /* that s and bs mean; -1: any */
    unsigned chosen; /* that the user looks at, as far as packets tell: bs means it */
    bool ended;      /* the client was told that the run has ended */
    struct stops *stops; /* the client's own */
    unsigned points;
    struct point point[GDB_POINTS];
    /* GDB resumes one hart alone to step it over a breakpoint, and then cannot bear that
     * another one stops: that one's stop is told when all go on. */
    bool deferred;
    struct hit deferred_hit;
    struct moment deferred_at;
    bool listens;     /* the client waits for a stop or a `monitor` command */
    struct buf notes; /* for its console, as soon as it listens */
    struct buf last;  /* the last stop reply */
    /* GDB's Ctrl-C in a `monitor` command gives up waiting for it, and does not say so. */
    uint64_t commanded; /* when the command began, in milliseconds; 0: there is none */
    bool abandoned;     /* the client waits for it no more */
};

static inline struct board *gdb_board(const struct gdb *gdb)
{
    return gdb->session->run->board[gdb->board];
}

static inline struct hart *gdb_hart(const struct gdb *gdb)
{
    return &gdb_board(gdb)->hart[gdb->hart];
}

/* --- server.c: replies ------------------------------------------------------------------ */

void gdb_ok(struct gdb *gdb);
void gdb_error(struct gdb *gdb, enum gdb_error error);
/* An error with its reason, which GDB shows for registers. */
void gdb_refuse(struct gdb *gdb, const struct err *err);

/* Sends a packet at once. */
void gdb_send(struct gdb *gdb, const char *payload, size_t size);

/* Text for the client's console: as soon as it listens. */
void gdb_note(struct gdb *gdb, const char *text);
/* From here on it listens, or it does so no more. */
void gdb_listens(struct gdb *gdb, bool listens);

/* Around a `monitor` command. False: the client does not wait for an answer any more; it
 * is told with the next one. */
void gdb_command_begins(struct gdb *gdb);
bool gdb_command_ends(struct gdb *gdb);

/* Does it, journalled; says so when that cuts a future off. */
bool gdb_act(struct gdb *gdb, const struct act *act, struct err *err);

/* --- handlers of packets, by file; `rest` is what follows the packet's name --------------- */

typedef void gdb_handler(struct gdb *gdb, struct scan *rest);

/* target.c */
gdb_handler gdb_read_registers, gdb_write_registers, gdb_read_register,
    gdb_write_register;
void target_description(const struct gdb *gdb, struct buf *out);
void target_expedite(struct gdb *gdb); /* pc and stack pointer, for stop replies */

/* memory.c */
gdb_handler gdb_read_memory, gdb_write_memory, gdb_write_binary;
/* The physical address that the selected hart has for a virtual one, for a debugger. */
bool memory_translate(const struct gdb *gdb, uint64_t va, uint64_t *pa);
/* How many of `length` bytes at `va` are before the end of its page. */
uint64_t memory_in_page(uint64_t va, uint64_t length);

/* threads.c */
gdb_handler gdb_set_thread, gdb_is_alive, gdb_current_thread, gdb_first_threads,
    gdb_more_threads, gdb_thread_info;
void threads_description(const struct gdb *gdb, struct buf *out);
/* A thread's number: -1 all, 0 any, else a hart's number + 1. False: there is no such. */
bool threads_scan(const struct gdb *gdb, struct scan *scan, int *thread);

/* query.c */
gdb_handler gdb_supported, gdb_transfer, gdb_monitor, gdb_attached, gdb_no_acks,
    gdb_symbols, gdb_physical, gdb_tell_physical;

/* points.c */
gdb_handler gdb_insert_point, gdb_remove_point;
void points_clear(struct gdb *gdb);
void points_drop_lapsed(struct gdb *gdb);
/* The point that has the stop of that number; *offset is where in it `pa` is. */
const struct point *points_of_stop(const struct gdb *gdb, unsigned number, uint64_t pa,
                                   uint64_t *offset);
/* The watchpoint that the event touches; NULL: none. */
const struct point *points_touched(const struct gdb *gdb, const struct event *event,
                                   uint64_t *offset);
bool points_watch(const struct gdb *gdb); /* is anything watched? */
/* Is the point still there that was hit? */
bool points_has(const struct gdb *gdb, const struct hit *hit);

/* report.c: stop replies; the hart is then GDB's general thread */
gdb_handler gdb_why_stopped, gdb_attach;
void report_begin(struct gdb *gdb);
void report_hit(struct gdb *gdb, const struct hit *hit);
void report_step(struct gdb *gdb, unsigned hart);
void report_arrival(struct gdb *gdb, enum arrival arrival); /* but ARRIVED_HIT */

/* resume.c */
gdb_handler gdb_continue, gdb_step, gdb_continue_signal, gdb_step_signal, gdb_vcont,
    gdb_vcont_actions, gdb_reverse_step, gdb_reverse_continue, gdb_restart, gdb_run;

#endif

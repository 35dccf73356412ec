/*
 * travel [-qc] DIRTY.elf STRIDE.elf: what time travel costs, and how long each move takes,
 * in a run of 10^9 instructions. Wall clock, each program in one process; what is compared
 * runs by turns. Exit status 1 when a figure is worse than what is asked. -q: a tenth of the
 * moments in half of the run; -c: processor time, on a host that is busy with others.
 */
#include "base/alloc.h"
#include "control/subject.h"
#include "observe/ask/stops.h"
#include "observe/time/timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define UART_LCR 3
#define UART_SCR 7

enum { TURNS = 5, MOMENTS = 1000, FAR_MOVES = 3 };

struct bench {
    uint64_t instructions; /* of the long run */
    unsigned moments;
    bool bad;
    struct subject subject;
    struct timeline *time;
    uint64_t random;
};

static clockid_t clock_used = CLOCK_MONOTONIC;

static double now(void)
{
    struct timespec at;

    clock_gettime(clock_used, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static uint64_t random_below(struct bench *bench, uint64_t below)
{
    bench->random = bench->random * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (bench->random >> 11) % below;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* --- runs ----------------------------------------------------------------------------------- */

static void open_program(struct bench *bench, const char *file)
{
    struct buf diagnostics = {0};
    struct err err = {0};

    if (!subject_open(&bench->subject, file, NULL, NULL, 0, &diagnostics, &err)) {
        fprintf(stderr, "travel: %s\n", err.text);
        exit(2);
    }
}

static struct run_limit until(uint64_t retired)
{
    struct run_limit limit = RUN_NO_LIMIT;

    limit.retired = retired;
    return limit;
}

/* Seconds for so many instructions, with a timeline or without. */
static double run_once(struct bench *bench, const char *file, uint64_t instructions,
                       bool with_timeline)
{
    struct timeline *timeline = NULL;
    double began;

    open_program(bench, file);
    if (with_timeline)
        timeline = timeline_new(bench->subject.run, NULL);
    began = now();
    if (with_timeline)
        timeline_go(timeline, until(instructions), NULL);
    else
        run_go(bench->subject.run, until(instructions));
    began = now() - began;
    timeline_free(timeline);
    subject_close(&bench->subject);
    return began;
}

static void report_overhead(struct bench *bench, const char *file)
{
    uint64_t instructions = bench->instructions / 5;
    double plain[TURNS], kept[TURNS], percent;

    for (int i = 0; i < TURNS; i++) {
        plain[i] = run_once(bench, file, instructions, false);
        kept[i] = run_once(bench, file, instructions, true);
    }
    qsort(plain, TURNS, sizeof(*plain), by_size);
    qsort(kept, TURNS, sizeof(*kept), by_size);
    percent = (kept[TURNS / 2] / plain[TURNS / 2] - 1) * 100;
    printf("  keeping the ability to go back: %.1f%% (10%% asked), %.0f of %.0f MIPS\n",
           percent, (double)instructions / kept[TURNS / 2] / 1e6,
           (double)instructions / plain[TURNS / 2] / 1e6);
    bench->bad |= percent > 10;
}

/* --- moves ---------------------------------------------------------------------------------- */

static void move_goto(struct bench *bench, uint64_t to)
{
    timeline_seek(bench->time, (struct moment){.retired = to});
}

static void move_step_back(struct bench *bench, uint64_t to)
{
    (void)to;
    timeline_step_back(bench->time);
}

static void move_event_back(struct bench *bench, uint64_t to)
{
    (void)to;
    timeline_step_event_back(bench->time);
}

static void move_device_back(struct bench *bench, uint64_t to)
{
    struct event event;

    (void)to;
    timeline_last_event(bench->time, EVENT_BIT(EVENT_MMIO_WRITE), NULL, NULL, &event);
}

static const struct {
    const char *name;
    void (*move)(struct bench *bench, uint64_t to);
    bool asked; /* of it: p50 under 10 ms, p99 under 50 ms */
} moves[] = {
    {"goto", move_goto, true},
    {"reverse-stepi", move_step_back, true},
    {"reverse-step-event", move_event_back, true},
    {"back to a device's event", move_device_back, false},
};

enum { MOVES = sizeof(moves) / sizeof(moves[0]) };

static void report_move(struct bench *bench, int number, double *seconds, bool asks)
{
    double p50, p99;

    qsort(seconds, bench->moments, sizeof(*seconds), by_size);
    p50 = seconds[bench->moments / 2] * 1e3;
    p99 = seconds[bench->moments * 99 / 100] * 1e3;
    printf("  %-26s %9.2f %9.2f %9.2f\n", moves[number].name, p50, p99,
           seconds[bench->moments - 1] * 1e3);
    bench->bad |= asks && moves[number].asked && (p50 > 10 || p99 > 50);
}

/* All moves from each of the random moments. */
static void report_moves(struct bench *bench, bool asks)
{
    double *seconds = alloc_zero((size_t)MOVES * bench->moments, sizeof(*seconds));

    for (unsigned i = 0; i < bench->moments; i++) {
        uint64_t to = 1000 + random_below(bench, bench->instructions - 1000);

        for (int m = 0; m < MOVES; m++) {
            double began = now();

            moves[m].move(bench, to);
            seconds[(size_t)m * bench->moments + i] = now() - began;
        }
    }
    printf("  from %u random moments, ms:     p50       p99       max%s\n",
           bench->moments, asks ? "   (10 and 50 asked)" : "");
    for (int m = 0; m < MOVES; m++)
        report_move(bench, m, seconds + (size_t)m * bench->moments, asks);
    free(seconds);
}

/* --- far back -------------------------------------------------------------------------------- */

static uint64_t symbol(const struct bench *bench, const char *name)
{
    const struct symbol *found = symbols_named(bench->subject.symbols, name);

    return found ? found->address : 0;
}

static const struct {
    const char *name;
    enum stop_kind kind;
    const char *symbol;
    const char *filter;
} stops[] = {
    {"a breakpoint", STOP_PC, "seldom", NULL},
    {"a watchpoint", STOP_WRITE, "count", NULL},
    {"a device's register", STOP_EVENT, NULL, "offset == 7"},
};

static void add_stop(struct bench *bench, struct stops *to, int number)
{
    struct err err = {0};
    struct stop stop = {
        .kind = stops[number].kind,
        .address = stops[number].symbol ? symbol(bench, stops[number].symbol) : 0,
        .length = 8,
        .hart = -1,
        .kinds = EVENT_BIT(EVENT_MMIO_WRITE),
        .enabled = true,
        .filter =
            stops[number].filter ? expr_parse_all(stops[number].filter, &err) : NULL,
    };

    if (!stops_add(to, &stop, &err)) {
        fprintf(stderr, "travel: %s: %s\n", stops[number].name, err.text);
        exit(2);
    }
}

/* reverse-continue from one place that stops to the one before, 10^8 instructions back. */
static void report_far(struct bench *bench, int number)
{
    struct expr_scope scope = {.run = bench->subject.run,
                               .symbols = bench->subject.symbols,
                               .kind = EVENT_KINDS};
    struct stops *of = stops_new(bench->time, &scope);
    double seconds[FAR_MOVES];
    uint64_t from = 0, to = 0;

    add_stop(bench, of, number);
    timeline_seek(bench->time, (struct moment){.retired = bench->instructions});
    timeline_go_back(bench->time, stops_probe(of), NULL);
    for (int i = 0; i < FAR_MOVES; i++) {
        from = timeline_now(bench->time).retired;
        seconds[i] = now();
        timeline_go_back(bench->time, stops_probe(of), NULL);
        seconds[i] = now() - seconds[i];
        to = timeline_now(bench->time).retired;
    }
    qsort(seconds, FAR_MOVES, sizeof(*seconds), by_size);
    printf("  reverse-continue to %s: %.2f s for %.0f million instructions"
           " (2 s for 100 asked)\n",
           stops[number].name, seconds[FAR_MOVES / 2], (double)(from - to) / 1e6);
    bench->bad |= seconds[FAR_MOVES / 2] > 2;
    stops_free(of);
}

/* --- programs --------------------------------------------------------------------------------- */

static void report_memory(const struct bench *bench)
{
    struct timeline_memory memory = timeline_memory(bench->time);
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    printf("  %u snapshots in %.1f MiB (bound %.0f); resident at most %.0f MiB\n",
           memory.snapshots, (double)memory.bytes / (1 << 20),
           (double)memory.bound / (1 << 20), (double)usage.ru_maxrss / 1024);
}

static void travel(struct bench *bench, const char *file, bool asks)
{
    open_program(bench, file);
    bench->time = timeline_new(bench->subject.run, NULL);
    timeline_go(bench->time, until(bench->instructions), NULL);
    report_moves(bench, asks);
    for (int i = 0; asks && i < (int)(sizeof(stops) / sizeof(stops[0])); i++)
        report_far(bench, i);
    report_memory(bench);
    timeline_free(bench->time);
    subject_close(&bench->subject);
}

static void measure_dirty(struct bench *bench, const char *file)
{
    printf("time travel, %" PRIu64
           " million instructions that dirty 1 MiB in 4 million\n",
           bench->instructions / 1000000);
    report_overhead(bench, file);
    travel(bench, file, true);
}

static void measure_stride(struct bench *bench, const char *file)
{
    printf("time travel, a walk over 8 MiB, %" PRIu64 " million instructions\n",
           bench->instructions / 1000000);
    report_overhead(bench, file);
    travel(bench, file, false);
}

/* In a process of its own, as somebody's run is: with memory that nobody has used. */
static bool alone(void (*measure)(struct bench *, const char *), struct bench *bench,
                  const char *file)
{
    int status = -1;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        measure(bench, file);
        fflush(stdout);
        _exit(bench->bad);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        perror("travel");
    return status != 0;
}

/* "-q", "-c", or both in one word. */
static bool take_options(int *argc, char ***argv, bool *quick)
{
    if (*argc != 4 || (*argv)[1][0] != '-')
        return *argc == 3;
    for (const char *c = (*argv)[1] + 1; *c; c++) {
        if (*c == 'q')
            *quick = true;
        else if (*c == 'c')
            clock_used = CLOCK_PROCESS_CPUTIME_ID;
        else
            return false;
    }
    ++*argv;
    return true;
}

int main(int argc, char **argv)
{
    struct bench bench = {.instructions = 1000000000, .moments = MOMENTS};
    bool quick = false, bad;

    if (!take_options(&argc, &argv, &quick)) {
        fprintf(stderr, "usage: travel [-qc] DIRTY.elf STRIDE.elf\n");
        return 2;
    }
    if (quick) {
        bench.instructions /= 2;
        bench.moments /= 10;
    }
    bad = alone(measure_dirty, &bench, argv[1]);
    bench.instructions = 400000000;
    bad |= alone(measure_stride, &bench, argv[2]);
    return bad;
}

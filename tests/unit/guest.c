/*
 * The programs of src/guest on the machine: boot shim and kernel, with every driver, and
 * the same kernel on QEMU (where qemu-system-riscv64 is installed), which prints the same.
 */
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "image/guest.h"
#include "image/start.h"
#include "machine/board/run.h"
#include "machine/isa/asm/asm.h"
#include "src/guest/include/markers.h"
#include "src/guest/kernel/pattern.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECTORS = 2048, LINES = 4096 };

/* --- a machine with shim, kernel and disk ---------------------------------------------- */

static uint8_t medium[SECTORS * SECTOR];

struct machine {
    struct run *run;
    struct board *board;
    struct image shim, kernel;
    char output[LINES];
    size_t length;
    unsigned marks[32]; /* how often each marker was executed */
    unsigned events[EVENT_KINDS];
};

static void take_byte(void *ctx, uint8_t byte)
{
    struct machine *machine = ctx;

    ck_assert_uint_lt(machine->length, LINES - 1);
    machine->output[machine->length++] = (char)byte;
}

static void take_event(void *ctx, const struct event *event)
{
    struct machine *machine = ctx;
    uint32_t bits = event->insn.bits;

    machine->events[event->kind]++;
    if (event->kind == EVENT_INSN && (bits & 0xfffff) == 0x2013) /* slti x0, x0 */
        machine->marks[bits >> 20 & 31]++;
}

static void make_medium(void)
{
    for (unsigned i = 0; i < SECTORS; i++)
        pattern_fill(medium + i * SECTOR, i, PATTERN_ORIGINAL);
}

static void open_image(struct image *image, const char *name)
{
    struct err err = {0};

    ck_assert_msg(image_open(image, name, 0, &err), "%s", err.text);
}

static void machine_open(struct machine *machine, const struct board_desc *desc)
{
    struct err err = {0};

    memset(machine, 0, sizeof(*machine));
    open_image(&machine->shim, "guest:shim");
    open_image(&machine->kernel, "guest:kernel");
    machine->run = run_new();
    machine->board = run_add(machine->run, desc, &err);
    ck_assert_msg(machine->board != NULL, "%s", err.text);
    machine->board->output = take_byte;
    machine->board->output_ctx = machine;
    make_medium();
    device_insert(board_device(machine->board, "ata0"), medium, sizeof(medium));
    run_reset(machine->run);
}

static void machine_load(struct machine *machine, const struct image *kernel,
                         const char *bootargs)
{
    struct start start = {
        .firmware = &machine->shim, .kernel = kernel, .bootargs = bootargs};
    struct err err = {0};

    ck_assert_msg(start_board(machine->board, &start, &err), "%s", err.text);
}

static void machine_close(struct machine *machine)
{
    run_free(machine->run);
    image_release(&machine->shim);
    image_release(&machine->kernel);
}

static void go(struct machine *machine)
{
    struct run_limit limit = RUN_NO_LIMIT;
    enum run_stop stop;

    limit.cycle = UINT64_C(20000000000);
    stop = run_go(machine->run, limit);
    machine->output[machine->length] = '\0';
    ck_assert_msg(stop == RUN_FINISHED, "it stopped by %d after:\n%s", stop,
                  machine->output);
}

/* Runs the kernel on a board as it comes, with these arguments. */
static void run_kernel(struct machine *machine, const char *bootargs)
{
    machine_open(machine, &board_virt);
    machine_load(machine, &machine->kernel, bootargs);
    go(machine);
}

static void printed(const struct machine *machine, const char *text)
{
    ck_assert_msg(strstr(machine->output, text) != NULL, "no '%s' in:\n%s", text,
                  machine->output);
}

static void succeeded(const struct machine *machine)
{
    ck_assert_msg(machine->board->exit_code == 0, "exit code %u after:\n%s",
                  machine->board->exit_code, machine->output);
}

/* --- the workload, on the bare machine --------------------------------------------------- */

static const char *const workloads[] = {
    "driver=ata-pio n=4 bytes=512",
    "driver=ata-pio n=9 bytes=4096 order=random seed=3",
    "driver=ata-pio n=2 bytes=64k",
    "driver=ata-pio n=3 bytes=512 op=write",
    "driver=ata-pio n=5 bytes=8k op=write order=random",
    "driver=ata-pio n=3 paging=off",
    "driver=ata-pio n=2 bytes=256k op=write lba=100", /* 512 sectors: EXT commands */
    "driver=ata-dma n=4 bytes=512",
    "driver=ata-dma n=9 bytes=4096 order=random seed=3",
    "driver=ata-dma n=2 bytes=64k bus=stealing",
    "driver=ata-dma n=2 bytes=64k bus=transparent channel=3",
    "driver=ata-dma n=5 bytes=1536 op=write channel=1",
    "driver=ata-dma n=3 bytes=64k op=write order=random seed=9",
    "driver=ata-dma n=20 bytes=4k lba=1000 span=24",
    "driver=ata-dma n=3 bytes=256k order=random lba=3",
    "driver=ata-dma n=3 depth=8 compute=1000",
    "driver=none op=none n=7 compute=100",
    "op=hypercall n=50",
};

static unsigned count_of(const char *bootargs)
{
    return (unsigned)strtoul(strstr(bootargs, " n=") + 3, NULL, 10);
}

START_TEST(workload_is_done_and_every_byte_is_right)
{
    struct machine machine;
    char done[64];

    run_kernel(&machine, workloads[_i]);
    succeeded(&machine);
    sprintf(done, "work: %u done, 0 failed, 0 wrong\n", count_of(workloads[_i]));
    printed(&machine, done);
    machine_close(&machine);
}
END_TEST

START_TEST(kernel_says_what_it_finds)
{
    struct machine machine;

    run_kernel(&machine, "driver=ata-dma n=2 lba=8");
    ck_assert_str_eq(
        machine.output,
        "kernel: hart 0, 128 MiB of memory at 0x80000000, paging Sv39\n"
        "kernel: ata-dma at 0x3200000, 2048 sectors, takes 1 at a time\n"
        "work: 2 x read, 4096 bytes, in order from sector 8 on, depth 1, compute 0\n"
        "work: 2 done, 0 failed, 0 wrong\n");
    machine_close(&machine);
}
END_TEST

START_TEST(writes_are_on_the_disk)
{
    struct machine machine;
    uint8_t is[SECTOR], right[SECTOR];
    const struct medium *disk;

    run_kernel(&machine,
               "driver=ata-pio n=3 bytes=1k op=write lba=10 seed=2 origin=5000");
    succeeded(&machine);
    disk = device_medium(board_device(machine.board, "ata0"));
    for (unsigned lba = 0; lba < 20; lba++) {
        bool written = lba >= 10 && lba < 16;

        medium_read(disk, lba, is);
        pattern_fill(right, written ? 5000 + lba : lba, written ? 'c' : '+');
        ck_assert_mem_eq(is, right, SECTOR);
    }
    machine_close(&machine);
}
END_TEST

START_TEST(wrong_byte_is_found)
{
    struct machine machine;

    machine_open(&machine, &board_virt);
    medium[13 * SECTOR + 500] ^= 0x20;
    machine_load(&machine, &machine.kernel, "driver=ata-dma n=3");
    event_listen(&machine.run->events,
                 (struct event_sink){EVENT_BIT(EVENT_INSN), take_event, &machine});
    go(&machine);
    printed(&machine, "work: sector 13, byte 500: it is 0x");
    printed(&machine, "work: 3 done, 0 failed, 1 wrong\n");
    ck_assert_uint_eq(machine.marks[MARK_VERIFY_BAD], 1);
    ck_assert_uint_eq(machine.board->exit_code, 1);
    machine_close(&machine);
}
END_TEST

static const struct {
    const char *bootargs, *complaint;
} refusals[] = {
    {"nn=3", "kernel: there is no argument 'nn'; 'help' lists those that there are\n"},
    {"bytes=100", "kernel: argument 'bytes': '100' is none of 512 to 262144\n"},
    {"driver=virtio disk=1", "kernel: there is no such virtio disk\n"},
    {"driver=ata-dma disk=1", "kernel: there is no such ATA disk\n"},
    {"driver=ata-dma channel=4", "kernel: the DMA controller has no such channel\n"},
    {"driver=ata-dma lba=2047 bytes=1k",
     "kernel: the disk is shorter than one operation\n"},
    {"driver=ata-dma lba=2040 span=9",
     "kernel: 'lba' and 'span' lead beyond the disk's end\n"},
    {"driver=ata-dma rogue=loop", "rogue: only a virtio disk has a ring to forge\n"},
};

START_TEST(what_cannot_be_done_is_refused_with_a_reason)
{
    struct machine machine;

    run_kernel(&machine, refusals[_i].bootargs);
    printed(&machine, refusals[_i].complaint);
    ck_assert_uint_eq(machine.board->exit_code, 1);
    machine_close(&machine);
}
END_TEST

START_TEST(disk_that_says_nothing_ends_the_run)
{
    struct board_desc desc = board_virt;
    struct machine machine;

    run_kernel(&machine, "driver=ata-pio timeout=1 lba=0 n=1");
    succeeded(&machine); /* a read takes less than 1 ms */
    machine_close(&machine);
    desc.costs.ata_sector = 100000000;
    machine_open(&machine, &desc);
    machine_load(&machine, &machine.kernel, "driver=ata-pio timeout=30");
    go(&machine);
    printed(&machine, "the disk has said nothing for longer than 'timeout' allows\n");
    ck_assert_uint_eq(machine.board->exit_code, 1);
    machine_close(&machine);
}
END_TEST

/* --- what is between the markers ---------------------------------------------------------- */

static void run_heard(struct machine *machine, const char *bootargs)
{
    machine_open(machine, &board_virt);
    machine_load(machine, &machine->kernel, bootargs);
    event_listen(&machine->run->events,
                 (struct event_sink){
                     EVENT_BIT(EVENT_INSN) | EVENT_BIT(EVENT_IRQ_CLAIM) |
                         EVENT_BIT(EVENT_IRQ_COMPLETE) | EVENT_BIT(EVENT_HART_SLEEP),
                     take_event, machine});
    go(machine);
    succeeded(machine);
}

START_TEST(markers_are_around_work_operations_and_computing)
{
    struct machine machine;

    run_heard(&machine, "driver=ata-dma n=5 compute=10");
    ck_assert_uint_eq(machine.marks[MARK_WORK_BEGIN], 1);
    ck_assert_uint_eq(machine.marks[MARK_WORK_END], 1);
    ck_assert_uint_eq(machine.marks[MARK_OP_BEGIN], 5);
    ck_assert_uint_eq(machine.marks[MARK_OP_END], 5);
    ck_assert_uint_eq(machine.marks[MARK_COMPUTE_BEGIN], 5);
    ck_assert_uint_eq(machine.marks[MARK_COMPUTE_END], 5);
    ck_assert_uint_eq(machine.marks[MARK_VERIFY_BAD], 0);
    machine_close(&machine);
}
END_TEST

static const struct {
    const char *bootargs;
    unsigned interrupts; /* of the whole run */
} interrupt_counts[] = {
    {"driver=ata-dma n=6", 6},
    {"driver=ata-dma n=2 bytes=64k", 2},
    {"driver=ata-pio n=6 bytes=4k", 48},
    {"op=hypercall n=6", 0},
};

/* One interrupt a request by DMA, one a sector by PIO; each is claimed and completed once,
 * and the hart has slept once before it. */
START_TEST(each_interrupt_is_claimed_and_completed_once)
{
    unsigned interrupts = interrupt_counts[_i].interrupts;
    struct machine machine;

    run_heard(&machine, interrupt_counts[_i].bootargs);
    ck_assert_uint_eq(machine.events[EVENT_IRQ_CLAIM], interrupts);
    ck_assert_uint_eq(machine.events[EVENT_IRQ_COMPLETE], interrupts);
    ck_assert_uint_eq(machine.events[EVENT_HART_SLEEP], 2 * interrupts);
    machine_close(&machine);
}
END_TEST

/* Whether somebody listens to everything (the exact loop) or nobody does (the fast one). */
START_TEST(heard_and_unheard_runs_end_alike)
{
    const char *bootargs = _i ? "driver=ata-pio n=3 op=write order=random"
                              : "driver=ata-dma n=5 compute=99";
    struct machine heard, unheard;

    run_heard(&heard, bootargs);
    run_kernel(&unheard, bootargs);
    ck_assert_uint_eq(run_digest(heard.run), run_digest(unheard.run));
    ck_assert_uint_eq(run_cycle(heard.run), run_cycle(unheard.run));
    ck_assert_str_eq(heard.output, unheard.output);
    machine_close(&heard);
    machine_close(&unheard);
}
END_TEST

/* --- the rogue ----------------------------------------------------------------------------- */

START_TEST(wild_address_without_memory_fails_and_the_disk_goes_on)
{
    struct machine machine;

    run_kernel(&machine,
               "driver=ata-dma n=2 rogue=address rogue-at=0x50000000 rogue-lba=9");
    succeeded(&machine);
    printed(&machine, "rogue: refused after 0 bytes: the bus refuses a write of the "
                      "destination (code 2, address 0x50000000)\n"
                      "rogue: an honest read afterwards is right\n");
    machine_close(&machine);
}
END_TEST

START_TEST(wild_address_in_memory_is_written)
{
    struct machine machine;
    uint8_t is[2 * SECTOR], right[2 * SECTOR];

    run_kernel(
        &machine,
        "driver=ata-dma bytes=1k rogue=address rogue-at=0x84000200 rogue-lba=20");
    succeeded(&machine);
    printed(&machine, "rogue: nobody objects, 1024 bytes moved\n");
    ram_read(&machine.board->bus.ram, 0x84000200, is, sizeof(is));
    pattern_fill(right, 20, PATTERN_ORIGINAL);
    pattern_fill(right + SECTOR, 21, PATTERN_ORIGINAL);
    ck_assert_mem_eq(is, right, sizeof(is));
    machine_close(&machine);
}
END_TEST

/* --- where it runs ------------------------------------------------------------------------- */

/* Assembles a raw program. */
static struct image assembled(const char *text, uint64_t at)
{
    struct asm_source source = {.text = text, .size = strlen(text), .file = "test"};
    struct asm_layout layout = {.text = at};
    struct asm_program program;
    struct image image;

    ck_assert(asm_assemble(&program, &source, &layout));
    ck_assert(image_init(&image, "test", program.sections[0].bytes,
                         program.sections[0].size, at, NULL));
    asm_free(&program);
    return image;
}

/* A guest may have its memory anywhere: no pointer in the kernel's data is of the address
 * that it was linked to. */
START_TEST(kernel_runs_at_another_address)
{
    struct image jump = assembled("li t0, 0x85600000\n jr t0\n", 0x80200000);
    struct machine machine;
    struct err err = {0};

    machine_open(&machine, &board_virt);
    machine_load(&machine, &jump,
                 "driver=ata-dma n=3 bytes=64k rogue=address rogue-at=0x40000000");
    for (unsigned i = 0; i < machine.kernel.segments; i++)
        machine.kernel.segment[i].pa += 0x5400000;
    ck_assert(image_load(&machine.kernel, &machine.board->bus.ram, &err));
    go(&machine);
    succeeded(&machine);
    printed(&machine, "work: 3 done, 0 failed, 0 wrong\n");
    image_release(&jump);
    machine_close(&machine);
}
END_TEST

/* --- the shim -------------------------------------------------------------------------------- */

#define CALL(extension, function)                                                      \
    "li a7, " #extension "\n li a6, " #function "\n ecall\n"
#define EXPECT(register, value)                                                        \
    "li t0, " #value "\n addi s11, s11, 1\n bne " #register ", t0, bad\n"
#define PASS CALL(0x53525354, 0)
#define FAIL                                                                           \
    "bad: li t1, 0x100000\n slli t0, s11, 16\n li t2, 0x3333\n or t0, t0, t2\n"        \
    "sw t0, (t1)\n 1: j 1b\n"

/* Programs in S-mode; each ends with success, or with the number of what was wrong. */
static const struct {
    const char *name;
    unsigned harts;
    const char *text;
} supervisors[] = {
    {"base", 1,
     "li s11, 0\n" CALL(0x10, 0) EXPECT(a0, 0)
         EXPECT(a1, 0x2000000) "li a0, 0x48534d\n" CALL(0x10, 3) EXPECT(a0, 0)
             EXPECT(a1, 1) "li a0, 0x52464e43\n" CALL(0x10, 3) EXPECT(a0, 0)
                 EXPECT(a1, 0) CALL(0x10, 99) EXPECT(a0, -2) CALL(0x1234567, 0)
                     EXPECT(a0, -2) "li a0, 0\n li a1, 0\n" PASS FAIL},
    {"timer", 1,
     "li s11, 0\n li s0, 1 << 5\n csrw sie, s0\n"
     "csrr t1, sip\n and t1, t1, s0\n" EXPECT(
         t1, 0) "rdtime a0\n addi a0, a0, 50\n mv s1, a0\n" CALL(0x54494d45, 0)
         EXPECT(a0, 0) "wfi\n rdtime t1\n sltu t1, t1, s1\n" EXPECT(
             t1, 0) "csrr t1, "
                    "sip\n and "
                    "t1, t1, "
                    "s0"
                    "\n" EXPECT(t1, 1 << 5) "li a0, -1\n" CALL(
                        0x54494d45,
                        0) "csrr"
                           " t1,"
                           " sip"
                           "\n "
                           "and "
                           "t1, "
                           "t1, "
                           "s0"
                           "\n" EXPECT(t1, 0) "li a0, 0\n li a1, 0\n" PASS FAIL},
    {"registers", 1, /* a call changes a0 and a1 alone */
     "li s11, 0\n li ra, 1\n li sp, 2\n li gp, 3\n li tp, 4\n li t3, 28\n li t6, 31\n"
     "li a2, 12\n li a5, 15\n li s0, 8\n" CALL(0x10, 4) EXPECT(ra, 1) EXPECT(sp, 2)
         EXPECT(gp, 3) EXPECT(tp, 4) EXPECT(t3, 28) EXPECT(t6, 31) EXPECT(a2, 12)
             EXPECT(a5, 15) EXPECT(s0, 8)
                 EXPECT(a7, 0x10) "li a0, 0\n li a1, 0\n" PASS FAIL},
    {"console", 1,
     "li s11, 0\n li a0, 3\n la a1, text\n li a2, 0\n" CALL(0x4442434e, 0) EXPECT(
         a0, 0) EXPECT(a1, 3) "li a0, '!'\n" CALL(0x4442434e, 2)
         EXPECT(a0, 0) "li a0, 3\n li a1, 0x10\n li a2, 0\n" CALL(0x4442434e, 0) EXPECT(
             a0, -3) "li a0, 3\n li a1, -1\n li a2, 0\n" CALL(0x4442434e, 0)
             EXPECT(a0, -3) "li a0, 3\n la a1, text\n li a2, 0\n" CALL(0x4442434e, 1)
                 EXPECT(a0, 0) EXPECT(a1, 0) "li a0, 0\n li a1, 0\n" PASS FAIL
                                             "text: .ascii \"abc\"\n"},
    {"harts", 3, /* start hart 2, interrupt it, see it stop, start it again */
     "li s11, 0\n la s2, word\n li a0, 2\n" CALL(0x48534d, 2) EXPECT(a0, 0) EXPECT(
         a1, 1) "li a0, 0\n" CALL(0x48534d, 2)
         EXPECT(a1, 0) "li a0, 3\n la a1, second\n li a2, 5\n" CALL(0x48534d, 0) EXPECT(
             a0, -3) "li a0, 2\n li a1, 0x1000\n li a2, 5\n" CALL(0x48534d, 0)
             EXPECT(a0, -5) "li a0, 2\n la a1, second\n li a2, 5\n" CALL(0x48534d, 0)
                 EXPECT(a0, 0) "li a0, 2\n la a1, second\n li a2, 5\n" CALL(0x48534d, 0)
                     EXPECT(a0, -6) "2: ld t1, (s2)\n beqz t1, 2b\n" EXPECT(
                         t1, 7) /* 2 + 5: its a0 and a1 */
     "sd zero, (s2)\n li a0, 1 << 2\n li a1, 0\n" CALL(0x735049, 0)
         EXPECT(a0, 0) "3: ld t1, (s2)\n beqz t1, 3b\n" EXPECT(t1, 2) /* SSIP */
     "4: li a0, 2\n" CALL(0x48534d,
                          2) "li t1, 1\n bne a1, t1, 4b\n sd zero, (s2)\n"
                             "li a0, 2\n la a1, second\n li a2, 6\n" CALL(0x48534d, 0)
                                 EXPECT(a0, 0) "5: ld t1, (s2)\n beqz t1, 5b\n" EXPECT(
                                     t1, 8) "li a0, 0\n li a1, 0\n" PASS
                                            "second: la s2, word\n add t1, a0, a1\n sd "
                                            "t1, (s2)\n li t1, 2\n csrw sie, t1\n"
                                            "6: wfi\n csrr t1, sip\n andi t1, t1, 2\n "
                                            "beqz t1, 6b\n csrci sip, 2\n"
                                            "sd t1, (s2)\n" CALL(0x48534d, 1) FAIL
     ".balign 8\n word: .dword 0\n"},
};

START_TEST(shim_answers_calls)
{
    struct image program = assembled(supervisors[_i].text, 0x80200000);
    struct board_desc desc = board_virt;
    struct machine machine;

    desc.harts = supervisors[_i].harts;
    machine_open(&machine, &desc);
    machine_load(&machine, &program, NULL);
    go(&machine);
    ck_assert_msg(machine.board->exit_code == 0, "%s: expectation %u\n%s",
                  supervisors[_i].name, machine.board->exit_code, machine.output);
    if (strcmp(supervisors[_i].name, "console") == 0)
        ck_assert_str_eq(machine.output, "abc!");
    image_release(&program);
    machine_close(&machine);
}
END_TEST

START_TEST(shutdown_with_a_reason_is_a_failure)
{
    struct image program =
        assembled("li a0, 0\n li a1, 1\n" CALL(0x53525354, 0), 0x80200000);
    struct machine machine;

    machine_open(&machine, &board_virt);
    machine_load(&machine, &program, NULL);
    go(&machine);
    ck_assert_uint_eq(machine.board->exit_code, 1);
    image_release(&program);
    machine_close(&machine);
}
END_TEST

/* --- the same on QEMU ------------------------------------------------------------------------ */

/* What it prints there; false: QEMU is not installed. */
static bool run_qemu(const char *firmware, const char *bootargs, char *output)
{
    char path[] = "/tmp/guest-disk.XXXXXX", command[768];
    int file;
    size_t size;
    FILE *pipe;

    if (system("command -v qemu-system-riscv64 >/dev/null") != 0) {
        puts("qemu-system-riscv64: skipped, it is not installed");
        return false;
    }
    make_medium();
    file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, medium, sizeof(medium)), sizeof(medium));
    close(file);
    snprintf(command, sizeof(command),
             "timeout 100 qemu-system-riscv64 -M virt -nographic -monitor none "
             "-serial stdio %s -kernel guests/kernel.elf "
             "-global virtio-mmio.force-legacy=false "
             "-drive if=none,id=d,file=%s,format=raw "
             "-device virtio-blk-device,drive=d,bus=virtio-mmio-bus.0 "
             "-append '%s' </dev/null 2>&1",
             firmware, path, bootargs);
    pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    size = fread(output, 1, 2 * LINES - 1, pipe);
    output[size] = '\0';
    pclose(pipe);
    unlink(path);
    return true;
}

static const char *const virtio_workloads[] = {
    "n=40 bytes=512",
    "n=20 bytes=64k depth=8 order=random seed=5",
    "n=33 bytes=4k depth=32 indirect=off event-idx=off",
    "n=20 bytes=4k depth=3 op=write order=random indirect=off",
    "n=20 bytes=2k depth=32 op=write event-idx=off",
    "n=2 rogue=head",
    "n=2 rogue=next",
    "n=2 rogue=loop indirect=off",
    "n=2 rogue=index",
};

/* What the kernel has to say, wherever it finds its virtio disk. */
static void check_virtio(const char *output, const char *bootargs)
{
    const char *ours = strstr(output, "kernel: hart ");
    char done[64];

    ck_assert_msg(ours != NULL, "%s", output);
    if (!strstr(bootargs, "indirect=off"))
        ck_assert_msg(strstr(ours, "kernel: virtio-blk at 0x10001000, 2048 sectors, "
                                   "takes 32 at a time\n"),
                      "%s", output);
    sprintf(done, "work: %lu done, 0 failed, 0 wrong\n",
            strtoul(strstr(bootargs, "n=") + 2, NULL, 10));
    ck_assert_msg(strstr(ours, done) != NULL, "%s: %s", bootargs, output);
    if (strstr(bootargs, "rogue"))
        ck_assert_msg(strstr(ours, "rogue: the device needs a reset\n"
                                   "rogue: an honest read afterwards is right\n"),
                      "%s: %s", bootargs, output);
}

static void same_on_qemu(const char *firmware, const char *bootargs)
{
    char output[2 * LINES];

    if (run_qemu(firmware, bootargs, output))
        check_virtio(output, bootargs);
}

/* The programs that call the shim, with Sstc and without: there the timer is the core-local
 * interruptor's, in M-mode. */
START_TEST(shim_answers_calls_on_qemu)
{
    struct image program = assembled(supervisors[_i / 2].text, 0x80200000);
    char path[] = "/tmp/guest-program.XXXXXX", command[512];
    int file = mkstemp(path), status;

    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, program.file, program.file_size),
                     (ssize_t)program.file_size);
    close(file);
    snprintf(command, sizeof(command),
             "command -v qemu-system-riscv64 >/dev/null || exit 0; "
             "timeout 100 qemu-system-riscv64 -M virt -cpu rv64,sstc=%s -smp %u "
             "-nographic -monitor none -serial stdio -bios guests/shim.elf -kernel %s "
             "</dev/null >/dev/null",
             _i % 2 ? "on" : "off", supervisors[_i / 2].harts, path);
    status = system(command);
    unlink(path);
    image_release(&program);
    ck_assert_msg(status == 0, "%s: expectation %d", supervisors[_i / 2].name,
                  WEXITSTATUS(status));
}
END_TEST

/* The same disk on our board, if it has one. */
START_TEST(virtio_disk_of_the_board_is_the_same_to_the_kernel)
{
    struct machine machine;
    struct device *disk;

    machine_open(&machine, &board_virt);
    disk = board_device(machine.board, "virtio0");
    if (disk) {
        device_insert(disk, medium, sizeof(medium));
        run_reset(machine.run);
        machine_load(&machine, &machine.kernel, virtio_workloads[_i]);
        go(&machine);
        check_virtio(machine.output, virtio_workloads[_i]);
        succeeded(&machine);
    }
    machine_close(&machine);
}
END_TEST

START_TEST(kernel_and_shim_run_on_qemu)
{
    same_on_qemu("-bios guests/shim.elf", virtio_workloads[_i]);
}
END_TEST

START_TEST(kernel_runs_over_opensbi)
{
    same_on_qemu("", "n=4 depth=2");
}
END_TEST

/* --- names ----------------------------------------------------------------------------------- */

START_TEST(own_programs_have_names)
{
    struct buf path = {0};
    struct err err = {0};

    ck_assert(guest_is_program("guest:kernel"));
    ck_assert(!guest_is_program("guest:src/guest/lib/print.c"));
    ck_assert(!guest_is_program("guest:"));
    ck_assert(!guest_is_program("kernel"));
    ck_assert(guest_path(&path, "guest:kernel", &err));
    ck_assert(guest_path(&path, "guest:src/guest/lib/print.c", &err));
    ck_assert(!guest_path(&path, "guest:no-such", &err));
    ck_assert_str_eq(err.text,
                     "cannot open 'guest:no-such': no such file belongs to Ringside");
    ck_assert(!guest_path(&path, "guest:../../etc/passwd", &err));
    ck_assert_str_eq(err.text,
                     "cannot open 'guest:../../etc/passwd': it leads upwards");
    buf_free(&path);
    ck_assert_uint_eq(guest_hash("abc", 3), 0x78af5f94892f3950);
}
END_TEST

START_TEST(lines_lead_to_source_texts)
{
    struct image kernel;
    struct lines lines;
    unsigned found = 0;

    open_image(&kernel, "guest:kernel");
    image_lines(&kernel, &lines);
    for (size_t i = 0; i < lines.files; i++) {
        uint8_t *text;
        size_t size;
        struct err err = {0};

        if (strncmp(lines.file[i], "guest:src/guest/", 16) != 0)
            continue;
        ck_assert_msg(image_read_file(lines.file[i], &text, &size, &err), "%s",
                      err.text);
        free(text);
        found++;
    }
    ck_assert_uint_gt(found, 15);
    lines_release(&lines);
    image_release(&kernel);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, workload_is_done_and_every_byte_is_right, 0,
                        COUNT(workloads));
    tcase_add_test(tcase, kernel_says_what_it_finds);
    tcase_add_test(tcase, writes_are_on_the_disk);
    tcase_add_test(tcase, wrong_byte_is_found);
    tcase_add_loop_test(tcase, what_cannot_be_done_is_refused_with_a_reason, 0,
                        COUNT(refusals));
    tcase_add_test(tcase, disk_that_says_nothing_ends_the_run);
    tcase_add_test(tcase, markers_are_around_work_operations_and_computing);
    tcase_add_loop_test(tcase, each_interrupt_is_claimed_and_completed_once, 0,
                        COUNT(interrupt_counts));
    tcase_add_loop_test(tcase, heard_and_unheard_runs_end_alike, 0, 2);
    tcase_add_test(tcase, wild_address_without_memory_fails_and_the_disk_goes_on);
    tcase_add_test(tcase, wild_address_in_memory_is_written);
    tcase_add_test(tcase, kernel_runs_at_another_address);
    tcase_add_loop_test(tcase, shim_answers_calls, 0, COUNT(supervisors));
    tcase_add_test(tcase, shutdown_with_a_reason_is_a_failure);
    tcase_add_loop_test(tcase, virtio_disk_of_the_board_is_the_same_to_the_kernel, 0,
                        COUNT(virtio_workloads));
    tcase_add_loop_test(tcase, kernel_and_shim_run_on_qemu, 0, COUNT(virtio_workloads));
    tcase_add_loop_test(tcase, shim_answers_calls_on_qemu, 0, 2 * COUNT(supervisors));
    tcase_add_test(tcase, kernel_runs_over_opensbi);
    tcase_add_test(tcase, own_programs_have_names);
    tcase_add_test(tcase, lines_lead_to_source_texts);
}

TEST_MAIN("guest", add_tests)

/*
 * The hypervisor of src/guest, as its images in guests/ are: guests of every
 * kind start and find every byte of their disks to be right, alone and several
 * on a hart or on harts of their own, on our board and on QEMU. What they print
 * is the same wherever they run.
 */
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "base/buf.h"
#include "machine/isa/asm/asm.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECTORS = 16384, LINE = 16, LINES = 32, PRINTED = 32 };

static char folder[64];

static const char *program(void)
{
    const char *path = getenv("RINGSIDE");

    return path ? path : "build/ringside";
}

/* --- disks ----------------------------------------------------------------------- */

/* As src/guest/kernel/pattern.h says: each line of 16 bytes tells where it is.
 */
static void make_disk(const char *path)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    for (unsigned sector = 0; sector < SECTORS; sector++)
        for (unsigned line = 0; line < LINES; line++)
            fprintf(file, "%010x +%03x\n", sector, LINE * line);
    ck_assert_int_eq(fclose(file), 0);
}

/* With an IOMMU, and a second disk, which is blank. */
static void make_board(const char *path)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs("return { iommu = true, devices = { { type = 'ata', name = 'ata1', "
          "base = 0x3201000, irq = { 15 }, request = { 1 }, sectors = 2048 } } }\n",
          file);
    ck_assert_int_eq(fclose(file), 0);
}

static void make_folder(void)
{
    char path[96];

    snprintf(folder, sizeof(folder), "/tmp/hypervisor-boot-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/disk", folder);
    make_disk(path);
    snprintf(path, sizeof(path), "%s/board.lua", folder);
    make_board(path);
}

static void remove_folder(void)
{
    char command[96];

    snprintf(command, sizeof(command), "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

/* --- machines -------------------------------------------------------------------- */

static int run(struct buf *printed, const char *command)
{
    FILE *output = popen(command, "r");
    char part[4096];
    size_t got;
    int status;

    ck_assert_ptr_nonnull(output);
    while ((got = fread(part, 1, sizeof(part), output)) > 0)
        buf_add(printed, part, got);
    status = pclose(output);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int run_on_our_board(struct buf *printed, unsigned harts, const char *arguments)
{
    struct buf command = {0};
    int status;

    buf_printf(
        &command,
        "%s boot --board %s/board.lua --bios guest:shim --kernel guest:hypervisor "
        "--initrd guest:kernel --disk %s/disk --harts %u "
        "--max-instructions 100000000 --append '%s' </dev/null 2>&1",
        program(), folder, folder, harts, arguments);
    status = run(printed, buf_str(&command));
    buf_free(&command);
    return status;
}

/* QEMU ends with status 0 when software switches it off, whatever the reason. */
static int run_on_qemu(struct buf *printed, unsigned harts, const char *arguments)
{
    struct buf command = {0};
    int status;

    buf_printf(
        &command,
        "timeout 60 qemu-system-riscv64 -M virt -cpu rv64,h=true -m 256 -smp %u "
        "-nographic -global virtio-mmio.force-legacy=false -device "
        "virtio-blk-device,drive=d,bus=virtio-mmio-bus.0 -drive "
        "if=none,format=raw,file=%s/disk,id=d,snapshot=on -kernel "
        "guests/hypervisor.elf -initrd guests/kernel.elf -append '%s' </dev/null "
        "2>&1",
        harts, folder, arguments);
    status = run(printed, buf_str(&command));
    buf_free(&command);
    return status;
}

static bool qemu_installed(void)
{
    if (system("qemu-system-riscv64 --version >/dev/null 2>&1") == 0)
        return true;
    puts("skipped: qemu-system-riscv64 is not installed");
    return false;
}

/* --- what guests print ----------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of guests, in the order of the guests; those of one guest in the
 * order of the alphabet: when which guest prints is no result. */
static void keep_guest_lines(struct buf *printed)
{
    char *text = strdup(buf_str(printed)), *line[PRINTED], *rest = NULL;
    struct buf kept = {0};
    unsigned lines = 0;

    for (char *at = strtok_r(text, "\r\n", &rest); at;
         at = strtok_r(NULL, "\r\n", &rest))
        if (strncmp(at, "guest", 5) == 0 && lines < PRINTED)
            line[lines++] = at;
    qsort(line, lines, sizeof(line[0]), by_text);
    for (unsigned i = 0; i < lines; i++)
        buf_printf(&kept, "%s\n", line[i]);
    free(text);
    buf_free(printed);
    *printed = kept;
}

static unsigned count(const struct buf *printed, const char *text)
{
    unsigned found = 0;

    for (const char *at = buf_str(printed); (at = strstr(at, text)); at++)
        found++;
    return found;
}

/* --- every kind, alone and together ---------------------------------------------- */

static const struct works {
    unsigned harts, guests;
    bool on_qemu; /* it has no ATA disk, no DMA controller and no IOMMU of ours */
    const char *arguments;
} works[] = {
    {1, 1, true, "guest=emulated_pio op=read n=2"},
    {1, 1, true, "guest=emulated_pio op=write n=2 order=random"},
    {1, 1, true, "guest=emulated_dma op=read n=4"},
    {1, 1, true, "guest=emulated_dma op=write n=4 order=random"},
    {1, 1, true, "guest=virtio op=read n=8 depth=4"},
    {1, 1, true, "guest=virtio op=write n=8 depth=8 order=random indirect=off"},
    {1, 1, true, "guest=virtio op=read n=8 depth=3 event-idx=off bytes=16384"},
    {1, 1, false, "guest=passthrough op=read n=4"},
    {1, 1, false, "guest=passthrough op=write n=4 order=random"},
    {1, 1, false, "guest=passthrough,iommu=off op=read n=4"},
    {1, 2, false,
     "guest=virtio op=read n=8 depth=4 guest=passthrough op=write n=4 order=random"},
    {2, 2, false,
     "guest=passthrough,hart=1 op=read n=4 guest=passthrough op=write n=4"},
    {1, 2, false,
     "guest=passthrough op=read n=4 guest=none driver=none op=none n=20 "
     "compute=10000"},
    {1, 2, true, "guest=virtio op=read n=4 guest=none driver=none op=hypercall n=5000"},
    {1, 2, true, "guest=virtio op=read n=4 guest=emulated_pio op=read n=2 origin=8192"},
    {1, 4, true,
     "guest=virtio op=read n=8 depth=4 guest=emulated_pio op=write n=2 origin=4096 "
     "guest=emulated_dma op=write n=4 origin=8192 "
     "guest=virtio,lba=16000+384 op=read n=4 origin=16000"},
    {4, 4, true,
     "guest=virtio,hart=3 op=read n=8 depth=4 "
     "guest=emulated_pio,hart=1 op=write n=2 origin=4096 "
     "guest=emulated_dma,hart=2 op=write n=4 origin=8192 "
     "guest=virtio,lba=16000+384,hart=0,mem=8M op=read n=4 origin=16000"},
    {2, 3, true,
     "guest=virtio,hart=1 op=read n=8 guest=virtio,hart=1 op=none n=10 "
     "compute=20000 "
     "guest=emulated_dma,hart=0 op=read n=4 origin=10922"},
};

static void check_work(const struct works *work, const struct buf *printed, int status)
{
    ck_assert_msg(status == 0 &&
                      count(printed, " done, 0 failed, 0 wrong") == work->guests,
                  "%s: status %d\n%s", work->arguments, status, buf_str(printed));
}

START_TEST(guests_find_their_disks_to_be_right)
{
    const struct works *work = &works[_i];
    struct buf ours = {0}, qemus = {0};

    check_work(work, &ours, run_on_our_board(&ours, work->harts, work->arguments));
    if (work->on_qemu && qemu_installed()) {
        check_work(work, &qemus, run_on_qemu(&qemus, work->harts, work->arguments));
        keep_guest_lines(&ours);
        keep_guest_lines(&qemus);
        ck_assert_str_eq(buf_str(&ours), buf_str(&qemus));
    }
    buf_free(&ours);
    buf_free(&qemus);
}
END_TEST

/* --- guests of one's own --------------------------------------------------------- */

/* A kernel that is only this text, as a file for `--initrd`. */
static void make_kernel(const char *text)
{
    struct asm_source source = {.text = text, .size = strlen(text), .file = "kernel"};
    struct asm_layout layout = {.text = 0x80200000};
    struct asm_program kernel;
    char path[96];
    FILE *file;

    ck_assert(asm_assemble(&kernel, &source, &layout));
    snprintf(path, sizeof(path), "%s/kernel", folder);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(
        fwrite(kernel.sections[0].bytes, kernel.sections[0].size, 1, file), 1);
    ck_assert_int_eq(fclose(file), 0);
    asm_free(&kernel);
}

/* Shuts down, with success if a1 is 0. */
#define END                                                                            \
    "li a7, 0x53525354\n"                                                              \
    "li a6, 0\n"                                                                       \
    "li a0, 0\n"                                                                       \
    "ecall\n"

/* With success if scause is what is in s0. */
#define END_BY_CAUSE                                                                   \
    "csrr a1, scause\n"                                                                \
    "sub a1, a1, s0\n" END

/* Asks the SBI for a timer interrupt in 10 ms, and waits for it. */
static const char timer_kernel[] = "la t0, fired\n"
                                   "csrw stvec, t0\n"
                                   "rdtime a0\n"
                                   "li t0, 100000\n"
                                   "add a0, a0, t0\n"
                                   "li a7, 0x54494d45\n"
                                   "li a6, 0\n"
                                   "ecall\n"
                                   "li t0, 32\n"
                                   "csrs sie, t0\n"
                                   "csrsi sstatus, 2\n"
                                   "1: wfi\n"
                                   "j 1b\n"
                                   ".balign 4\n"
                                   "fired: li s0, -1\n"
                                   "slli s0, s0, 63\n"
                                   "addi s0, s0, 5\n" END_BY_CAUSE;

/* Programs may not wait: WFI in VU-mode. */
static const char waiting_program_kernel[] = "la t0, refused\n"
                                             "csrw stvec, t0\n"
                                             "la t0, program\n"
                                             "csrw sepc, t0\n"
                                             "li t0, 0x100\n"
                                             "csrc sstatus, t0\n"
                                             "sret\n"
                                             "program: wfi\n"
                                             "j program\n"
                                             ".balign 4\n"
                                             "refused: li s0, 2\n" END_BY_CAUSE;

static const char *const alone_and_shared[] = {"guest=none", "guest=none guest=none"};

static void run_own_kernel(const char *kernel, const char *arguments)
{
    struct buf printed = {0}, command = {0};

    make_kernel(kernel);
    buf_printf(&command,
               "%s boot --bios guest:shim --kernel guest:hypervisor "
               "--initrd %s/kernel --disk %s/disk --max-instructions 10000000 "
               "--append '%s' </dev/null 2>&1",
               program(), folder, folder, arguments);
    ck_assert_msg(run(&printed, buf_str(&command)) == 0, "%s\n%s", buf_str(&command),
                  buf_str(&printed));
    buf_free(&command);
    buf_free(&printed);
}

/* On harts with and without Sstc. */
static void run_own_kernel_everywhere(const char *kernel, const char *arguments)
{
    struct buf printed = {0}, command = {0};

    run_own_kernel(kernel, arguments);
    for (int sstc = 0; sstc < 2 && qemu_installed(); sstc++) {
        buf_clear(&command);
        buf_printf(&command,
                   "timeout 20 qemu-system-riscv64 -M virt -cpu rv64,h=true,sstc=%s "
                   "-m 256 -nographic -bios guests/shim.elf -kernel "
                   "guests/hypervisor.elf -initrd %s/kernel -append '%s' "
                   "</dev/null 2>&1",
                   sstc ? "true" : "false", folder, arguments);
        ck_assert_msg(run(&printed, buf_str(&command)) == 0, "%s\n%s",
                      buf_str(&command), buf_str(&printed));
    }
    buf_free(&command);
    buf_free(&printed);
}

/* A hart without Sstc has one timer, which is then the guest's, too. */
START_TEST(timer_fires_for_a_guest_that_waits)
{
    run_own_kernel_everywhere(timer_kernel, alone_and_shared[_i]);
}
END_TEST

START_TEST(a_guests_program_cannot_send_it_to_sleep)
{
    run_own_kernel_everywhere(waiting_program_kernel, alone_and_shared[_i]);
}
END_TEST

/* Reads 17 sectors by a chain of as many buffers as there may be: a header, and 17 for
 * data, of which the last has the status behind them. Is the 17th there? */
static const char buffers_kernel[] = "li s0, 0x10001000\n"
                                     "li t0, 3\n"
                                     "sw t0, 0x70(s0)\n" /* Status */
                                     "li t0, 1\n"
                                     "sw t0, 0x24(s0)\n" /* DriverFeatures: VERSION_1 */
                                     "sw t0, 0x20(s0)\n"
                                     "li t0, 11\n"
                                     "sw t0, 0x70(s0)\n"
                                     "li t0, 32\n"
                                     "sw t0, 0x38(s0)\n" /* QueueNum */
                                     "li s1, 0x80800000\n"
                                     "sw s1, 0x80(s0)\n" /* descriptors */
                                     "li s2, 0x80801000\n"
                                     "sw s2, 0x90(s0)\n" /* available */
                                     "li s3, 0x80802000\n"
                                     "sw s3, 0xa0(s0)\n" /* used */
                                     "li t0, 1\n"
                                     "sw t0, 0x44(s0)\n" /* QueueReady */
                                     "li t0, 15\n"
                                     "sw t0, 0x70(s0)\n"
                                     "li t0, 0x80803000\n" /* the header: all 0 */
                                     "sd t0, 0(s1)\n"
                                     "li t0, 16\n"
                                     "sw t0, 8(s1)\n"
                                     "li t0, 0x10001\n" /* next is 1 */
                                     "sw t0, 12(s1)\n"
                                     "li s4, 0x80810000\n"
                                     "mv t1, s4\n"
                                     "li t2, 512\n"
                                     "li t3, 0x20003\n" /* next is 2; writable */
                                     "li t4, 17\n"
                                     "1: addi s1, s1, 16\n"
                                     "sd t1, 0(s1)\n"
                                     "sw t2, 8(s1)\n"
                                     "sw t3, 12(s1)\n"
                                     "add t1, t1, t2\n"
                                     "li t0, 0x10000\n"
                                     "add t3, t3, t0\n"
                                     "addi t4, t4, -1\n"
                                     "bnez t4, 1b\n"
                                     "li t0, 513\n"
                                     "sw t0, 8(s1)\n"
                                     "li t0, 2\n" /* the last */
                                     "sw t0, 12(s1)\n"
                                     "li t0, 0x10000\n" /* one is available */
                                     "sw t0, 0(s2)\n"
                                     "sw zero, 0x50(s0)\n" /* QueueNotify */
                                     "2: lhu t0, 2(s3)\n"
                                     "beqz t0, 2b\n"
                                     "li t0, 16 * 512\n"
                                     "add s4, s4, t0\n"
                                     "lbu a1, 0(s4)\n"
                                     "xori a1, a1, '0'\n"
                                     "lbu t0, 512(s4)\n" /* status: 0 is OK */
                                     "or a1, a1, t0\n" END;

START_TEST(longest_chain_is_moved_as_a_whole)
{
    run_own_kernel(buffers_kernel, "guest=virtio");
}
END_TEST

/* --- mistakes -------------------------------------------------------------------- */

static const struct mistake {
    const char *arguments, *said;
} mistakes[] = {
    {"", "hypervisor: bootargs: guest=KIND"},
    {"op=read guest=virtio", "hypervisor: bootargs: guest=KIND"},
    {"guest=nvme",
     "hypervisor: guest=: emulated_pio, emulated_dma, virtio, passthrough or none"},
    {"guest=virtio,cpu=2", "hypervisor: a guest has an option that there is not"},
    {"guest=virtio,mem=3M", "hypervisor: mem: "},
    {"guest=virtio,mem=512M", "hypervisor: the machine has not enough memory"},
    {"guest=virtio,mem=16Mb", "hypervisor: a guest's options are NAME=VALUE"},
    {"guest=virtio,lba=7", "hypervisor: lba: a part of the disk is FIRST+SECTORS"},
    {"guest=virtio,lba=16000+1000",
     "hypervisor: lba: a guest's part is not on the disk"},
    {"guest=virtio,lba=0+100 guest=virtio,lba=99+1",
     "hypervisor: lba: the parts of two"},
    {"guest=virtio,hart=7", "hypervisor: hart: there is no such hart"},
    {"guest=virtio,disk=0",
     "hypervisor: a guest has an option that is not for its kind"},
    {"guest=passthrough,lba=0+1", "hypervisor: a guest has an option that is not for"},
    {"guest=passthrough,disk=3", "hypervisor: disk: there is no such ATA disk"},
    {"guest=virtio guest=passthrough guest=passthrough",
     "hypervisor: there is no ATA disk left"},
    {"guest=virtio guest=virtio guest=virtio guest=virtio guest=virtio",
     "hypervisor: there are more than four guests"},
};

START_TEST(mistake_in_the_list_is_explained)
{
    struct buf printed = {0};
    int status = run_on_our_board(&printed, 1, mistakes[_i].arguments);

    ck_assert_msg(status == 1 && strstr(buf_str(&printed), mistakes[_i].said),
                  "'%s': status %d\n%s", mistakes[_i].arguments, status,
                  buf_str(&printed));
    buf_free(&printed);
}
END_TEST

/* --- rogues ---------------------------------------------------------------------- */

static const char *const rogues[] = {"address", "head", "next", "loop", "index"};

/* A guest forges its ring: its device says so and wants a reset; the other
 * guest on the same hart does not notice. */
START_TEST(forged_ring_hurts_nobody_else)
{
    struct buf printed = {0}, arguments = {0};

    buf_printf(&arguments,
               "guest=virtio op=read n=2 rogue=%s rogue-at=0x90000000 "
               "guest=virtio op=read "
               "n=8 origin=8192",
               rogues[_i]);
    run_on_our_board(&printed, 1, buf_str(&arguments));
    ck_assert_msg(
        strstr(buf_str(&printed), "the device needs a reset") &&
            strstr(buf_str(&printed), "guest2: work: 8 done, 0 failed, 0 wrong"),
        "%s", buf_str(&printed));
    buf_free(&arguments);
    buf_free(&printed);
}
END_TEST

/* --- wild DMA -------------------------------------------------------------------- */

static const struct wild {
    const char *arguments, *said;
} wilds[] = {
    {"guest=passthrough op=read n=2 rogue=address rogue-at=0x90000000",
     "guest1: DMA stopped by the IOMMU: device 104, cause 23, address 90000000"},
    {"guest=passthrough,readonly=0x80800000 op=read n=2 rogue=address "
     "rogue-at=0x80800000",
     "guest1: DMA stopped by the IOMMU: device 104, cause 23, address 80800000"},
    {"guest=passthrough,iommu=off op=read n=2 rogue=address "
     "rogue-at=0x87000000",
     "guest1: rogue: nobody objects, 4096 bytes moved"},
};

/* A guest gives its channel an address that is not its own. */
START_TEST(wild_dma_is_stopped_by_the_iommu)
{
    struct buf printed = {0};
    int status = run_on_our_board(&printed, 1, wilds[_i].arguments);

    ck_assert_msg(status == 0 && strstr(buf_str(&printed), wilds[_i].said) &&
                      strstr(buf_str(&printed), "an honest read afterwards is right"),
                  "%s: status %d\n%s", wilds[_i].arguments, status, buf_str(&printed));
    buf_free(&printed);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_unchecked_fixture(tcase, make_folder, remove_folder);
    tcase_add_loop_test(tcase, guests_find_their_disks_to_be_right, 0,
                        (int)COUNT(works));
    tcase_add_loop_test(tcase, timer_fires_for_a_guest_that_waits, 0,
                        (int)COUNT(alone_and_shared));
    tcase_add_loop_test(tcase, a_guests_program_cannot_send_it_to_sleep, 0,
                        (int)COUNT(alone_and_shared));
    tcase_add_test(tcase, longest_chain_is_moved_as_a_whole);
    tcase_add_loop_test(tcase, mistake_in_the_list_is_explained, 0,
                        (int)COUNT(mistakes));
    tcase_add_loop_test(tcase, wild_dma_is_stopped_by_the_iommu, 0, (int)COUNT(wilds));
    tcase_add_loop_test(tcase, forged_ring_hurts_nobody_else, 0, (int)COUNT(rogues));
}

TEST_MAIN("hypervisor_boot", add_tests)

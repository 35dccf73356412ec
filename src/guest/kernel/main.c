/*
 * The kernel: one program that is started anywhere, and does one piece of work.
 *
 *   entry.S      first instructions, entry of traps
 *   main.c       from the start to the end
 *   arguments.c  what it is asked to do
 *   paging.c     Sv39
 *   trap.c       interrupts, sleeping
 *   timer.c      a watchdog
 *   disks.c      which disk, by which driver (../driver)
 *   workload.c   the work
 *   rogue.c      what an honest kernel does not do
 *
 * It does not know whether it runs on QEMU, on our board or in a guest. It asks the device
 * tree for everything, and whoever is below it for the rest, by SBI.
 */
#include "kernel/kernel.h"

#include "include/csr.h"
#include "kernel/arguments.h"
#include "kernel/disks.h"
#include "kernel/paging.h"
#include "kernel/rogue.h"
#include "kernel/timer.h"
#include "kernel/trap.h"
#include "kernel/workload.h"
#include "lib/console.h"
#include "lib/print.h"
#include "lib/sbi.h"

void kernel_end(int failed)
{
    print_flush();
    sbi_shutdown(failed);
}

static void give_up(const char *wrong) __attribute__((noreturn));

static void give_up(const char *wrong)
{
    print("kernel: %s\n", wrong);
    kernel_end(1);
}

/* For who has done something, or says why not. */
static void need(const char *wrong)
{
    if (wrong)
        give_up(wrong);
}

static void greet(const struct devicetree *tree, uint64_t hart, bool paging)
{
    uint64_t base = 0, size = 0;

    dt_memory(tree, &base, &size);
    print("kernel: hart %lu, %lu MiB of memory at 0x%lx, paging %s\n", hart, size >> 20,
          base, paging ? "Sv39" : "off");
}

/* The disk, with its interrupts on; NULL: the work needs none. */
static struct block *find_disk(const struct devicetree *tree, uint64_t hart,
                               const struct arguments *arguments)
{
    struct block *disk;
    const char *why;

    if (arguments->op >= OP_HYPERCALL)
        return NULL;
    disk = disk_open(tree, arguments, &why);
    if (!disk)
        give_up(why);
    need(interrupts_open(tree, hart, disk));
    print("kernel: %s at 0x%lx, %lu sectors, takes %u at a time\n", disk->name,
          disk->base, disk->sectors, disk->depth);
    return disk;
}

/* What the arguments say of a disk, and the disk itself, have to agree. */
static void fit(struct arguments *arguments, const struct block *disk)
{
    uint64_t sectors = arguments->bytes / BLOCK_SECTOR;

    if (arguments->lba > disk->sectors ||
        arguments->span > disk->sectors - arguments->lba)
        give_up("'lba' and 'span' lead beyond the disk's end");
    if (!arguments->span)
        arguments->span = disk->sectors - arguments->lba;
    if (arguments->span < sectors)
        give_up("the disk is shorter than one operation");
    if (arguments->rogue != ROGUE_NONE &&
        (sectors > disk->sectors || arguments->rogue_lba > disk->sectors - sectors))
        give_up("'rogue-lba' leads beyond the disk's end");
}

void kernel_main(uint64_t hart, const void *blob)
{
    struct devicetree tree;
    struct arguments arguments;
    struct block *disk;
    bool ok;

    if (!dt_open(&tree, blob))
        kernel_end(1); /* and nowhere to say why */
    console_open(&tree);
    if (!arguments_read(&arguments, dt_bootargs(&tree)))
        kernel_end(1);
    if (arguments.help)
        kernel_end(0);
    if (arguments.paging)
        need(paging_on(&tree));
    greet(&tree, hart, arguments.paging);
    disk = find_disk(&tree, hart, &arguments);
    if (disk)
        fit(&arguments, disk);
    timer_watch(&tree, arguments.timeout);
    ok = work(&arguments, disk);
    if (ok && arguments.rogue != ROGUE_NONE)
        ok = rogue(&arguments, disk);
    kernel_end(!ok);
}

#include "tests/lib/witness.h"

#include "base/buf.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

bool qemu_installed(void)
{
    bool installed = system("command -v qemu-system-riscv64 >/dev/null") == 0;

    if (!installed) {
        printf("not compared with QEMU: qemu-system-riscv64 is not installed\n");
        fflush(stdout); /* Check ends a test's process without that */
    }
    return installed;
}

void witness_add_file(struct buf *text, const char *path)
{
    char line[256];
    FILE *file = fopen(path, "r");

    ck_assert_msg(file != NULL, "%s: run this in the top folder", path);
    while (fgets(line, sizeof(line), file))
        buf_text(text, line);
    fclose(file);
}

/* The image is a file that QEMU maps as its RAM. */
static void run_file(const char *path, uint64_t size, const char *machine)
{
    struct buf command = {0};
    int status;

    buf_printf(&command,
               "timeout 60 qemu-system-riscv64 %s,memory-backend=ram -m %uM "
               "-object memory-backend-file,id=ram,size=%uM,mem-path=%s,share=on "
               "-bios none -display none -monitor none -serial null </dev/null",
               machine, (unsigned)(size >> 20), (unsigned)(size >> 20), path);
    status = system(command.data);
    unlink(path);
    ck_assert_msg(status == 0, "status %d of: %s", status, command.data);
    buf_free(&command);
}

void run_on_qemu(uint8_t *image, uint64_t size, const char *machine)
{
    char path[] = "/tmp/ringside-qemu-XXXXXX";
    int file = mkstemp(path);
    uint8_t *shared;

    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(ftruncate(file, (off_t)size), 0);
    shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    ck_assert(shared != MAP_FAILED);
    memcpy(shared, image, size);
    run_file(path, size, machine);
    memcpy(image, shared, size);
    munmap(shared, size);
}

static void ignore(void *ctx, const struct event *event)
{
    (void)ctx;
    (void)event;
}

uint64_t run_here(uint8_t *image, uint64_t size, bool guests, bool heard)
{
    return run_here_with_disk(image, size, guests, heard, NULL);
}

uint64_t run_here_with_disk(uint8_t *image, uint64_t size, bool guests, bool heard,
                            const struct witness_disk *disk)
{
    struct err err = {0};
    struct board_desc desc = board_virt;
    struct run *run = run_new();
    struct board *board;
    uint64_t digest;

    desc.ram_size = size;
    desc.hypervisor = guests;
    board = run_add(run, &desc, &err);
    ck_assert_msg(board != NULL, "%s", err.text);
    if (disk)
        device_insert(board_device(board, disk->device), disk->bytes, disk->length);
    run_reset(run);
    ram_write(&board->bus.ram, desc.ram_base, image, size, 0);
    board->hart[0].pc = desc.ram_base;
    if (heard)
        event_listen(&run->events, (struct event_sink){EVENT_ALL, ignore, NULL});
    ck_assert_int_eq(
        run_go(run, (struct run_limit){UINT64_MAX, 1000000000, UINT64_MAX, UINT64_MAX}),
        RUN_FINISHED);
    ck_assert_uint_eq(board->exit_code, 0);
    ram_read(&board->bus.ram, desc.ram_base, image, size);
    digest = run_digest(run);
    run_free(run);
    return digest;
}

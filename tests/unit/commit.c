/* `disk commit`: the disk as it is, in a file. */
#include "observe/commit.h"
#include "machine/board/run.h"
#include "tests/lib/suite.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SECTORS = 5 };

static struct run *new_run(const uint8_t *image)
{
    struct run *run = run_new();

    ck_assert_ptr_nonnull(run_add(run, &board_virt, NULL));
    device_insert(board_device(run->board[0], "ata0"), image, SECTORS * SECTOR);
    run_reset(run);
    return run;
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static size_t read_file(const char *path, void *bytes, size_t room)
{
    FILE *file = fopen(path, "rb");
    size_t size;

    ck_assert_ptr_nonnull(file);
    size = fread(bytes, 1, room, file);
    fclose(file);
    return size;
}

START_TEST(the_file_is_the_image_with_all_changes)
{
    uint8_t image[SECTORS * SECTOR] = {0}, want[SECTORS * SECTOR],
                            got[sizeof(want) + 1];
    char path[] = "/tmp/ringside-commit-XXXXXX";
    struct run *run = new_run(image);
    struct device *disk = board_device(run->board[0], "ata0");
    struct err err = {0};

    close(mkstemp(path));
    memset(image, 'i', sizeof(image));
    memcpy(want, image, sizeof(image));
    memset(want + 3 * SECTOR, 'w', SECTOR);
    medium_write(device_medium(disk), 3, want + 3 * SECTOR);
    ck_assert_msg(commit_disk(device_medium(disk), path, &err), "%s", err.text);
    ck_assert_uint_eq(read_file(path, got, sizeof(got)), sizeof(want));
    ck_assert_mem_eq(got, want, sizeof(want));
    ck_assert_mem_eq(image, "iiii", 4); /* the image itself is never written */
    run_free(run);
    remove(path);
}
END_TEST

START_TEST(what_cannot_be_written_is_an_error_and_leaves_nothing)
{
    uint8_t image[SECTORS * SECTOR] = {0};
    struct run *run = new_run(image);
    struct err err = {0};

    ck_assert(!commit_disk(device_medium(board_device(run->board[0], "ata0")),
                           "/no/such/folder/disk", &err));
    ck_assert_str_eq(err.text, "cannot write the disk to '/no/such/folder/disk': "
                               "No such file or directory");
    run_free(run);
}
END_TEST

START_TEST(a_folder_is_not_replaced)
{
    uint8_t image[SECTORS * SECTOR] = {0};
    char path[] = "/tmp/ringside-commit-XXXXXX", inside[64];
    struct run *run = new_run(image);
    struct err err = {0};

    ck_assert_ptr_nonnull(mkdtemp(path));
    snprintf(inside, sizeof(inside), "%s/file", path);
    write_file(inside, "x", 1);
    ck_assert(
        !commit_disk(device_medium(board_device(run->board[0], "ata0")), path, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "cannot write the disk"));
    ck_assert_int_eq(access(inside, F_OK), 0);
    remove(inside);
    rmdir(path);
    run_free(run);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, the_file_is_the_image_with_all_changes);
    tcase_add_test(tcase, what_cannot_be_written_is_an_error_and_leaves_nothing);
    tcase_add_test(tcase, a_folder_is_not_replaced);
}

TEST_MAIN("commit", add_tests)

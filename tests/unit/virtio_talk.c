/*
 * What can be asked of a virtio disk: one request of tests/screens/virtio.s, looked at in
 * a session, with `info`, `who`, `why` and `why fault`.
 */
#include "image/image.h"
#include "tests/lib/suite.h"
#include "tests/lib/talk.h"

#include <stdio.h>
#include <string.h>

static const char disks[] = "disks = { virtio0 = disk_text(16, function(lba) return "
                            "'LBA' .. lba .. ' ' end) },";

static struct talk talk;

/* The program with one line replaced by others. */
static void begin_with(const char *line, const char *others)
{
    struct buf program = {0}, text = {0};
    const char *rest;
    uint8_t *bytes;
    size_t size;
    struct err err;

    ck_assert_msg(image_read_file("tests/screens/virtio.s", &bytes, &size, &err), "%s",
                  err.text);
    buf_add(&program, bytes, size);
    rest = buf_str(&program);
    if (line) {
        const char *found = strstr(rest, line);

        ck_assert_msg(found != NULL, "%s", line);
        buf_add(&text, rest, (size_t)(found - rest));
        buf_text(&text, others);
        rest = found + strlen(line);
    }
    buf_text(&text, rest);
    talk_open_setup(&talk, buf_str(&text), "", disks);
    buf_free(&program);
    buf_free(&text);
    free(bytes);
}

static void begin(void)
{
    begin_with(NULL, NULL);
}

static void end(void)
{
    talk_close(&talk);
}

static void has(const char *line, const char *text)
{
    const char *answer = talk_do(&talk, line);

    ck_assert_msg(strstr(answer, text) != NULL, "'%s' does not say '%s' but:\n%s", line,
                  text, answer);
}

static void go_to(const char *event)
{
    char line[64];

    snprintf(line, sizeof(line), "catch %s", event);
    talk_do(&talk, line);
    talk_do(&talk, "continue");
    talk_do(&talk, "delete");
}

/* --- info -------------------------------------------------------------------------- */

START_TEST(a_queue_is_told_before_during_and_after)
{
    begin();
    has("info virtqueue", "virtio0 has no queue that it can use.");
    talk_do(&talk, "break kick");
    talk_do(&talk, "continue");
    has("info virtqueue", "\nvirtio0      0  0x80001084      0  waits\n");
    has("info virtqueue", "virtio0  0           device  0x80001000");
    go_to("virtio-chain");
    has("info virtqueue virtio0", "virtio0: decode, for chain 0.");
    has("info virtqueue virtio0", "0x80001084      0  in progress");
    has("info virtqueue virtio0", "=>    virtio0  1           device  0x80001010  "
                                  "0x80001100    512  next, write  "
                                  "   2");
    go_to("finish");
    has("info virtqueue", "0x80001084      0  used");
    has("info virtqueue", "virtio0      0  0x8000109c      0      513");
    has("info virtqueue", "virtio0  1           driver");
    has("info disk", "virtio0  idle   IN");
    has("info metrics", "virtio_requests             1");
    has("info metrics", "virtio_bytes              512");
    has("info bus", "virtio0       82");
    has("info virtqueue uart0", "Error: info virtqueue: uart0 is no virtio device");
    end();
}
END_TEST

START_TEST(a_table_of_descriptors_is_told)
{
    begin_with("publish:\n",
               "  la t3, table\n  la t4, descriptors\n  sd t3, 0(t4)\n"
               "  li t5, 48\n  sw t5, 8(t4)\n  li t5, 4\n  sh t5, 12(t4)\n"
               "  la t5, header\n  sd t5, 0(t3)\n  li t5, 0x100000010\n  sd t5, 8(t3)\n"
               "  .data\n  .align 4\ntable: .zero 48\n  .text\npublish:\n");
    talk_do(&talk, "break kick");
    talk_do(&talk, "continue");
    has("info virtqueue", "48  indirect");
    has("info virtqueue", "virtio0  0.0         device");
    has("info virtqueue", "virtio0  0.2         device");
    end();
}
END_TEST

/* --- who and why ------------------------------------------------------------------- */

static const struct {
    const char *line, *says;
} asked[] = {
    {"who buffer", "Virtio0 wrote it, for chain 0 (IN, 512 bytes, sector 9), at cycle"},
    {"who buffer+511", "irtio0 wrote it, for chain 0 (IN, 512 bytes, sector 9)"},
    {"who status", "it was 0xff and became 0x0."},
    {"who used+2", "irtio0 wrote it, for chain 0"},
    {"who virtio0.QueueNum", "Hart 0 wrote it at"},
    {"who virtio0.Status.DRIVER_OK", "Hart 0 wrote it at"},
};

START_TEST(whoever_asks_who_wrote_it_is_told)
{
    const char *says = asked[_i].says;

    begin();
    go_to("finish");
    has(asked[_i].line, says[0] == 'V' ? says + 1 : says);
    end();
}
END_TEST

static const struct {
    const char *event, *says[4];
} reasons[] = {
    {"virtio-notify",
     {"it wrote QueueNotify", "hart 0 executes sw zero,80(s0) at kick"}},
    {"virtio-chain", {"the driver notified the device", "at kick"}},
    {"virtio-used",
     {"it was the request", "the driver notified the device", "at kick"}},
    {"virtio-interrupt", {"it put an entry into the used ring", "it was the request"}},
    {"disk-phase", {"it was the request", "virtio0 takes chain 0"}},
    {"irq-line",
     {"it was told to interrupt", "interrupts, as used_event names this entry",
      "at kick"}},
    {"trap-enter",
     {"it made the interrupt pending in mip", "virtio0 raises its line",
      "it was the request", "at kick"}},
    {"finish", {"it was the word to end"}},
};

START_TEST(whoever_asks_why_is_led_back_to_the_doorbell)
{
    begin();
    go_to(reasons[_i].event);
    for (unsigned i = 0; i < 4 && reasons[_i].says[i]; i++)
        has("why", reasons[_i].says[i]);
    end();
}
END_TEST

/* --- faults ------------------------------------------------------------------------ */

static const struct {
    const char *line, *others, *event, *says[3];
} faults[] = {
    {"        .half   3, 2                    # WRITE, NEXT\n",
     "        .half 3, 9\n",
     "virtio-error",
     {"virtio0: a descriptor's next is not in its table (0x9 at 0x80001010).",
      "section 2.7.5 of the virtio specification; the device does nothing until it is "
      "reset.",
      "Next: nobody has written it since it was loaded."}},
    {"publish:\n",
     "  li t2, 9\n  sh t2, 4(t0)\npublish:\n",
     "virtio-error",
     {"an entry of the available ring names no descriptor (0x9 at 0x80001084).",
      "section 2.7.6", "The entry: hart 0 wrote it at"}},
    {"        li      t1, 8\n        sw      t1, 0x38(s0)            # QueueNum\n",
     "  li t1, 7\nsize: sw t1, 0x38(s0)\n",
     "virtio-error",
     {"the queue's size is no power of 2 from 1 to QueueNumMax (0x7 at 0x10001038).",
      "section 2.7 ", "QueueNum: hart 0 wrote it at size"}},
    {"        sw      t1, 0x20(s0)            # VIRTIO_F_VERSION_1\n",
     "version: sw zero, 0x20(s0)\n",
     "virtio-error",
     {"VIRTIO_F_VERSION_1 is not accepted", "section 6.1 of the virtio specification.",
      "Status: hart 0 wrote it at"}},
};

START_TEST(whoever_asks_why_it_failed_is_told_the_rule_and_who_broke_it)
{
    begin_with(faults[_i].line, faults[_i].others);
    go_to(faults[_i].event);
    for (unsigned i = 0; i < 3; i++)
        has("why fault", faults[_i].says[i]);
    end();
}
END_TEST

/* --- moving ------------------------------------------------------------------------ */

START_TEST(back_and_forth_over_a_request_is_the_same)
{
    char there[512];

    begin();
    go_to("virtio-used");
    snprintf(there, sizeof(there), "%.500s", talk_do(&talk, "info disk"));
    talk_do(&talk, "goto 50000");
    has("info disk", "virtio0  wait for medium");
    talk_do(&talk, "continue");
    talk_do(&talk, "goto 200");
    go_to("virtio-used");
    ck_assert_str_eq(talk_do(&talk, "info disk"), there);
    end();
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, a_queue_is_told_before_during_and_after);
    tcase_add_test(tcase, a_table_of_descriptors_is_told);
    tcase_add_loop_test(tcase, whoever_asks_who_wrote_it_is_told, 0,
                        sizeof(asked) / sizeof(asked[0]));
    tcase_add_loop_test(tcase, whoever_asks_why_is_led_back_to_the_doorbell, 0,
                        sizeof(reasons) / sizeof(reasons[0]));
    tcase_add_loop_test(tcase,
                        whoever_asks_why_it_failed_is_told_the_rule_and_who_broke_it, 0,
                        sizeof(faults) / sizeof(faults[0]));
    tcase_add_test(tcase, back_and_forth_over_a_request_is_the_same);
}

TEST_MAIN("virtio_talk", add_tests)

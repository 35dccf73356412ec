/*
 * Generated sequences of instructions on this machine, by its fast loop and its exact
 * loop, and on QEMU: registers, CSRs, memory and every trap are the same.
 */
#include "base/alloc.h"
#include "tests/differential/compare.h"
#include "tests/differential/image.h"
#include "tests/lib/suite.h"
#include "tests/lib/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define VIRT(h)                                                                        \
    "-cpu rv64,f=false,d=false,h=" h ",zba=false,zbb=false,zbc=false,zbs=false,"       \
    "svnapot=true -smp 1,maxcpus=2 -M virt"

enum { SHOWN = 3 }; /* differences that are told in full */

static bool has_guests(enum kind kind)
{
    return kind >= KIND_FIRST_OF_GUESTS;
}

static void make_image(uint8_t *image, enum kind kind, uint64_t first, unsigned count)
{
    struct sequence seq;

    image_begin(image, has_guests(kind));
    for (unsigned i = 0; i < count; i++) {
        generate(&seq, kind, first + i, image_code_slot(i));
        image_add(image, i, &seq);
    }
}

static void compare_images(enum kind kind, uint64_t first, unsigned count,
                           const uint8_t *here, const uint8_t *there)
{
    struct buf text = {0};
    unsigned different = 0;

    for (unsigned i = 0; i < count; i++) {
        struct sequence seq;
        struct buf one = {0};

        generate(&seq, kind, first + i, image_code_slot(i));
        if (!compare_results(&seq, i, here, there, &one) && different++ < SHOWN)
            buf_text(&text, buf_str(&one));
        buf_free(&one);
    }
    printf("%s", buf_str(&text));
    fflush(stdout);
    ck_assert_msg(different == 0, "%s: %u of %u sequences differ", kind_names[kind],
                  different, count);
    buf_free(&text);
}

static void run_batch(enum kind kind, uint64_t first, unsigned count, bool with_qemu)
{
    uint8_t *image = alloc_pages(IMAGE_SIZE), *fast = alloc_pages(IMAGE_SIZE);
    uint8_t *other = alloc_pages(IMAGE_SIZE);
    uint64_t digest;

    make_image(image, kind, first, count);
    memcpy(fast, image, IMAGE_SIZE);
    digest = run_here(fast, IMAGE_SIZE, has_guests(kind), false);
    memcpy(other, image, IMAGE_SIZE);
    ck_assert_uint_eq(run_here(other, IMAGE_SIZE, has_guests(kind), true), digest);
    if (with_qemu) {
        memcpy(other, image, IMAGE_SIZE);
        run_on_qemu(other, IMAGE_SIZE, has_guests(kind) ? VIRT("true") : VIRT("false"));
        compare_images(kind, first, count, fast, other);
    }
    free_pages(image, IMAGE_SIZE);
    free_pages(fast, IMAGE_SIZE);
    free_pages(other, IMAGE_SIZE);
}

/*
 * RINGSIDE_DIFFERENTIAL="KIND FIRST COUNT" (numbers) runs those alone, to look at one.
 */
static bool asked_for(unsigned *kind, uint64_t *first, unsigned *count)
{
    const char *text = getenv("RINGSIDE_DIFFERENTIAL");

    return text && sscanf(text, "%u %" SCNu64 " %u", kind, first, count) == 3;
}

static void show(enum kind kind, uint64_t seed)
{
    struct sequence seq;
    struct buf text = {0};

    generate(&seq, kind, seed, image_code_slot(0));
    tell_sequence(&seq, &text);
    printf("%s", buf_str(&text));
    fflush(stdout);
    buf_free(&text);
}

/*
 * Each test is a batch of one kind. A sample has one batch of each; RINGSIDE_LONG=1 runs
 * more and larger ones: 33,000 sequences in all besides those that QEMU cannot run.
 */
enum { BATCHES = 3, SAMPLE = 600, WHOLE = 1000 };

START_TEST(sequences_end_the_same)
{
    unsigned kind = (unsigned)_i % KINDS, batch = (unsigned)_i / KINDS;
    unsigned count = getenv("RINGSIDE_LONG") ? WHOLE : SAMPLE;
    uint64_t first = (uint64_t)batch * WHOLE;

    if (asked_for(&kind, &first, &count)) {
        if (kind != (unsigned)_i)
            return;
        if (count == 1)
            show((enum kind)kind, first);
    }
    run_batch((enum kind)kind, first, count,
              kind != KIND_ALONE && kind != KIND_GUEST_ALONE && qemu_installed());
}
END_TEST

static void add_tests(TCase *tcase)
{
    int batches = getenv("RINGSIDE_LONG") ? BATCHES : 1;

    tcase_add_loop_test(tcase, sequences_end_the_same, 0, KINDS * batches);
}

TEST_MAIN("differential", add_tests)

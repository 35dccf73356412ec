#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

/* A fuzzer's input, taken from the front; zeros when it has ended. */
struct input {
    const uint8_t *data;
    size_t left;
};

static inline uint64_t take(struct input *input, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < bytes && input->left; i++, input->left--)
        value |= (uint64_t)*input->data++ << (8 * i);
    return value;
}

#endif

/* The assembler on any text: it must end, and tell what is wrong or give a program. */
#include "machine/isa/asm/asm.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct asm_source source = {(const char *)bytes, size, "fuzz.s", 1};
    struct asm_layout layout = {.text = 0x80000000};
    struct asm_program program;
    struct buf text = {0};
    bool good = asm_assemble(&program, &source, &layout);

    if (good != (program.diagnostic_count == 0))
        abort();
    for (size_t i = 0; i < program.diagnostic_count; i++)
        asm_diagnostic_text(&program.diagnostics[i], &text);
    buf_free(&text);
    asm_free(&program);
    return 0;
}

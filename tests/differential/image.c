#include "tests/differential/image.h"

#include "base/buf.h"
#include "machine/isa/asm/asm.h"
#include "tests/differential/differences.h"
#include "tests/lib/witness.h"

#include <assert.h>
#include <check.h>
#include <stdio.h>
#include <string.h>

#define RUNTIME "tests/differential/runtime.s"

/* CSRs in the order in which they are set. Others are put to what they are at reset. */
static const struct {
    enum start_csr index;
    const char *name;
} start_csrs[] = {
    {START_MENVCFG, "menvcfg"},       {START_MEDELEG, "medeleg"},
    {START_MIDELEG, "mideleg"},       {START_MIE, "mie"},
    {START_STVEC, "stvec"},           {START_SATP, "satp"},
    {START_MCOUNTEREN, "mcounteren"}, {START_SCOUNTEREN, "scounteren"},
    {START_SENVCFG, "senvcfg"},       {START_MSTATUS, "mstatus"},
    {START_HSTATUS, "hstatus"},       {START_HEDELEG, "hedeleg"},
    {START_HIDELEG, "hideleg"},       {START_HVIP, "hvip"},
    {START_HENVCFG, "henvcfg"},       {START_HCOUNTEREN, "hcounteren"},
    {START_HGATP, "hgatp"},           {START_VSSTATUS, "vsstatus"},
    {START_VSTVEC, "vstvec"},         {START_VSATP, "vsatp"},
};

static void put_word(uint8_t *image, uint64_t pa, uint64_t word)
{
    assert(pa - IMAGE_BASE <= IMAGE_SIZE - 8);
    memcpy(image + (pa - IMAGE_BASE), &word, 8);
}

uint64_t image_word(const uint8_t *image, uint64_t pa)
{
    uint64_t word;

    assert(pa - IMAGE_BASE <= IMAGE_SIZE - 8);
    memcpy(&word, image + (pa - IMAGE_BASE), 8);
    return word;
}

/* --- the runtime --- */

static void add_constants(struct buf *text)
{
#define ADDRESS(NAME, value) buf_text(text, ".equ " #NAME ", " #value "\n");
#define PLACE(NAME, value)   buf_text(text, ".equ " #NAME ", " #value "\n");
#include "tests/differential/layout.def"
}

static void zero_csrs(struct buf *text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_printf(text, "    csrw %s, zero\n", names[i]);
}

static void start_csrs_in(struct buf *text, bool guests)
{
    for (size_t i = 0; i < COUNT(start_csrs); i++)
        if ((start_csrs[i].index >= START_HSTATUS) == guests)
            buf_printf(text, "    ld t0, DESC_CSRS + 8 * %d(s1)\n    csrw %s, t0\n",
                       (int)start_csrs[i].index, start_csrs[i].name);
}

static void add_set_csrs(struct buf *text)
{
    static const char *const zeroed[] = {
        "mstatus",  "satp", "menvcfg", "mip",   "pmpcfg0", "pmpcfg2", "mcountinhibit",
        "sscratch", "sepc", "scause",  "stval", "mcause",  "mtval"};
    static const char *const zeroed_of_guests[] = {
        "hvip",   "hgatp",     "vsatp", "htimedelta", "htval",  "hie",   "mtval2",
        "mtinst", "vsscratch", "vsepc", "vscause",    "vstval", "hgeie", "htinst"};

    buf_text(text, "set_csrs:\n");
    zero_csrs(text, zeroed, COUNT(zeroed));
    buf_text(text, "    li t0, -1\n    csrw stimecmp, t0\n");
    for (unsigned i = 0; i < PMP_ENTRIES; i++)
        buf_printf(text, "    ld t0, DESC_CSRS + 8 * %d(s1)\n    csrw pmpaddr%u, t0\n",
                   START_PMPADDR0 + (int)i, i);
    buf_printf(text,
               "    ld t0, DESC_CSRS + 8 * %d(s1)\n    csrw pmpcfg0, t0\n"
               "    ld t0, DESC_CSRS + 8 * %d(s1)\n    csrw pmpcfg2, t0\n",
               START_PMPCFG0, START_PMPCFG2);
    start_csrs_in(text, false);
    buf_text(text, "    ret\nset_guest_csrs:\n");
    zero_csrs(text, zeroed_of_guests, COUNT(zeroed_of_guests));
    buf_text(text, "    li t0, -1\n    csrw vstimecmp, t0\n");
    start_csrs_in(text, true);
    buf_text(text, "    ret\n");
}

static void add_csr_routines(struct buf *text)
{
    add_set_csrs(text);
    buf_text(text, "dump_csrs:\n");
    for (size_t i = 0; i < end_csrs_count; i++) {
        if (i == end_csrs_first_of_guests)
            buf_text(text, "    ret\ndump_guest_csrs:\n");
        buf_printf(text, "    csrr t0, 0x%x\n    sd t0, RESULT_CSRS + %zu(s2)\n",
                   end_csrs[i], 8 * i);
    }
    buf_text(text, "    ret\n");
}

static void assemble_runtime(uint8_t *image)
{
    struct buf text = {0}, wrong = {0};
    struct asm_program program;
    struct asm_layout layout = {.text = IMAGE_BASE};
    struct asm_source source = {.file = "runtime"};

    add_constants(&text);
    witness_add_file(&text, RUNTIME);
    add_csr_routines(&text);
    source.text = text.data;
    source.size = text.size;
    asm_assemble(&program, &source, &layout);
    for (size_t i = 0; i < program.diagnostic_count; i++)
        asm_diagnostic_text(&program.diagnostics[i], &wrong);
    ck_assert_msg(wrong.size == 0, "%s", buf_str(&wrong));
    for (size_t i = 0; i < program.section_count; i++) {
        const struct asm_section *section = &program.sections[i];

        if (!section->bytes || !section->size)
            continue;
        ck_assert_uint_le(section->address + section->size, ESCAPES);
        memcpy(image + (section->address - IMAGE_BASE), section->bytes, section->size);
    }
    asm_free(&program);
    buf_free(&text);
    buf_free(&wrong);
}

/* The handlers of S-mode leave to M-mode at once; they return by the sret at 0xf00. */
static void add_escapes(uint8_t *image)
{
    static const uint32_t leave[] = {
        [ESCAPE_ECALL] = 0x00000073, [ESCAPE_EBREAK] = 0x00100073};
    const uint32_t sret = 0x10200073;

    for (unsigned page = 0; page < COUNT(leave); page++) {
        uint8_t *at = image + (ESCAPES - IMAGE_BASE) + (size_t)RAM_PAGE * page;

        for (unsigned offset = 0; offset < 0xf00; offset += 4)
            memcpy(at + offset, &leave[page], 4);
        memcpy(at + 0xf00, &sret, 4);
    }
}

void image_begin(uint8_t *image, bool guests)
{
    memset(image, 0, IMAGE_SIZE);
    assemble_runtime(image);
    add_escapes(image);
    put_word(image, FRAME + FRAME_GUESTS, guests);
}

/* --- sequences --- */

uint64_t image_code_slot(unsigned index)
{
    return CODE + (uint64_t)CODE_SLOT * index;
}

void image_add(uint8_t *image, unsigned index, const struct sequence *seq)
{
    uint64_t desc = DESCRIPTORS + (uint64_t)DESC_SIZE * index;

    assert(index < SEQUENCES && seq->code_pa == image_code_slot(index));
    memcpy(image + (seq->code_pa - IMAGE_BASE), seq->code, seq->length);
    put_word(image, desc + DESC_CODE_PA, seq->code_pa);
    put_word(image, desc + DESC_CODE_VA, seq->code_va);
    put_word(image, desc + DESC_LENGTH, seq->length);
    put_word(image, desc + DESC_END, seq->code_va + seq->end);
    for (unsigned i = 0; i < START_CSRS; i++)
        put_word(image, desc + DESC_CSRS + 8 * i, seq->csr[i]);
    for (unsigned i = 0; i < 32; i++)
        put_word(image, desc + DESC_REGS + 8 * i, seq->x[i]);
    put_word(image, desc + DESC_POKES, seq->pokes);
    for (unsigned i = 0; i < seq->pokes; i++) {
        put_word(image, desc + DESC_POKES + 8 + 16 * i, seq->poke[i].pa);
        put_word(image, desc + DESC_POKES + 16 + 16 * i, seq->poke[i].value);
    }
    put_word(image, FRAME + FRAME_LEFT, index + 1);
}

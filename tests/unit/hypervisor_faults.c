/*
 * Two-stage translation and its faults, claim by claim (Privileged, Hypervisor Extension:
 * Two-Stage Address Translation; Traps): which stage refuses, whom it is told, and what
 * is told: cause, the virtual address, the guest physical address, the instruction.
 */
#include "tests/lib/guest_case.h"
#include "tests/lib/suite.h"

/* Transformed instructions of rd = x10, rs2 = x10. */
#define TI_LD        UINT64_C(0x3503)   /* ld a0, 0(x0) */
#define TI_SD        UINT64_C(0xa03023) /* sd a0, 0(x0) */
#define READ_PSEUDO  UINT64_C(0x3000)
#define WRITE_PSEUDO UINT64_C(0x3020)

#define LOAD  "ld a0, 0(s0)"
#define STORE "sd a0, 0(s0)"
#define CALL  "li t0, 0x800; add t0, s0, t0; jalr ra, 0(t0)"

#define TWO_STAGE   "Two-Stage Address Translation"
#define GPA_TRANS   "Guest Physical Address Translation"
#define GUEST_PF    "Guest-Page Faults"
#define TINST       "Transformed Instruction or Pseudoinstruction for mtinst or htinst"
#define ADUE        "Hypervisor Environment Configuration Register (henvcfg)"
#define QEMU_KIND   "it calls a failed read of a table a load's, whatever it is for"
#define QEMU_WRITES "it does not ask the G-stage whether it may update A and D"
#define QEMU_PMP    "it calls what PMP refuses under a G-stage a guest-page fault"
#define QEMU_HTVAL  "a trap to VS-mode clears htval"
#define QEMU_MXR    "its MXR is of vsstatus alone, for both stages"
#define QEMU_SIGN   "it takes the highest bit of a guest physical address for a sign"
#define SVALG       "Virtual Address Translation Process"

enum {
    LOAD_PAGE = 13,
    STORE_PAGE = 15,
    FETCH_PAGE = 12,
    LOAD_GUEST = 21,
    STORE_GUEST = 23,
    FETCH_GUEST = 20,
    LOAD_ACCESS = 5,
    STORE_ACCESS = 7,
    FETCH_ACCESS = 1
};

/* --- every pair of formats: what a page permits, and who refuses --- */

struct pair {
    uint8_t vs, g;
};

static const struct pair pairs[] = {{BARE, BARE}, {BARE, SV39}, {BARE, SV48},
                                    {SV39, BARE}, {SV39, SV39}, {SV39, SV48},
                                    {SV48, BARE}, {SV48, SV39}, {SV48, SV48}};

/* What both stages can be like, in all pairs of formats in which the stage exists; from
 * VS-mode and, with U pages, from VU-mode; told to HS-mode and to M-mode. */
struct access_row {
    const char *claim, *section;
    const char *code;
    uint64_t vs_leaf, g_leaf; /* 0: good; without U: the row is for VS-mode */
    uint8_t cause;            /* 0: no fault, and `a0` */
    uint64_t a0, offset, inst;
};

#define G_NO(bits) (LEAF_U & ~(bits))
#define S_NO(bits) (LEAF_S & ~(bits))

/* clang-format off */
static const struct access_row access_rows[] = {
    {"a load that both stages permit", TWO_STAGE, LOAD, 0, 0, 0, GUEST_WORD, 0, 0},
    {"a store that both stages permit", TWO_STAGE, "li a1, 77; sd a1, 8(s0); ld a0, 8(s0)", 0, 0, 0,
     77, 0, 0},
    {"an AMO that both stages permit", TWO_STAGE, "li a1, 1; amoadd.d a0, a1, (s0); ld a0, 0(s0)",
     0, 0, 0, GUEST_WORD + 1, 0, 0},
    {"code that both stages permit", TWO_STAGE, CALL "; li a0, 5", 0, 0, 0, 5, 0, 0},
    {"a load from what the VS-stage does not map", SVALG, LOAD, S_NO(PTE_V), 0, LOAD_PAGE, 0, 0,
     TI_LD},
    {"a store to what the VS-stage does not map", SVALG, STORE, S_NO(PTE_V), 0, STORE_PAGE, 0, 0,
     TI_SD},
    {"code from what the VS-stage does not map", SVALG, CALL, S_NO(PTE_V), 0, FETCH_PAGE, 0, 0x800,
     0},
    {"a store to what the VS-stage has read-only", SVALG, STORE, S_NO(PTE_W | PTE_D), 0, STORE_PAGE,
     0, 0, TI_SD},
    {"a load from what the VS-stage has execute-only", SVALG, LOAD, S_NO(PTE_W | PTE_R | PTE_D), 0,
     LOAD_PAGE, 0, 0, TI_LD},
    {"code from what the VS-stage has without X", SVALG, CALL, S_NO(PTE_X), 0, FETCH_PAGE, 0, 0x800,
     0},
    {"W without R in the VS-stage is reserved", SVALG, STORE, S_NO(PTE_R | PTE_X), 0, STORE_PAGE, 0,
     0, TI_SD},
    {"a reserved bit in the VS-stage", SVALG, LOAD, LEAF_S | BIT(60), 0, LOAD_PAGE, 0, 0, TI_LD},
    {"PBMT in the VS-stage without Svpbmt", SVALG, LOAD, LEAF_S | BIT(61), 0, LOAD_PAGE, 0, 0,
     TI_LD},
    {"A = 0 in the VS-stage, ADUE 0", ADUE, LOAD, S_NO(PTE_A), 0, LOAD_PAGE, 0, 0, TI_LD},
    {"D = 0 in the VS-stage, ADUE 0", ADUE, STORE, S_NO(PTE_D), 0, STORE_PAGE, 0, 0, TI_SD},
    {"a load from what the G-stage does not map", GUEST_PF, LOAD, 0, G_NO(PTE_V), LOAD_GUEST, 0, 0,
     TI_LD},
    {"a store to what the G-stage does not map", GUEST_PF, STORE, 0, G_NO(PTE_V), STORE_GUEST, 0, 0,
     TI_SD},
    {"code from what the G-stage does not map", GUEST_PF, CALL, 0, G_NO(PTE_V), FETCH_GUEST, 0,
     0x800, 0},
    {"a store to what the G-stage has read-only", GPA_TRANS, STORE, 0, G_NO(PTE_W | PTE_D),
     STORE_GUEST, 0, 0, TI_SD},
    {"an AMO on what the G-stage has read-only", GPA_TRANS, "amoadd.d a0, a0, (s0)", 0,
     G_NO(PTE_W | PTE_D), STORE_GUEST, 0, 0, 0x00a0352f},
    {"an lr from what the G-stage does not map", GPA_TRANS, "lr.d a0, (s0)", 0, G_NO(PTE_V),
     LOAD_GUEST, 0, 0, 0x1000352f},
    {"a load from what the G-stage has execute-only", GPA_TRANS, LOAD, 0,
     G_NO(PTE_R | PTE_W | PTE_D), LOAD_GUEST, 0, 0, TI_LD},
    {"code from what the G-stage has without X", GPA_TRANS, CALL, 0, G_NO(PTE_X), FETCH_GUEST, 0,
     0x800, 0},
    {"the G-stage checks U as for U-mode: a load", GPA_TRANS, LOAD, 0, G_NO(PTE_U), LOAD_GUEST, 0,
     0, TI_LD},
    {"the G-stage checks U as for U-mode: a store", GPA_TRANS, STORE, 0, G_NO(PTE_U), STORE_GUEST,
     0, 0, TI_SD},
    {"the G-stage checks U as for U-mode: code", GPA_TRANS, CALL, 0, G_NO(PTE_U), FETCH_GUEST, 0,
     0x800, 0},
    {"G in a leaf of the G-stage is ignored", GPA_TRANS, LOAD, 0, LEAF_U | PTE_G, 0, GUEST_WORD, 0,
     0},
    {"RSW in both is software's", GPA_TRANS, LOAD, LEAF_S | PTE_RSW, LEAF_U | PTE_RSW, 0,
     GUEST_WORD, 0, 0},
    {"W without R in the G-stage is reserved", GPA_TRANS, STORE, 0, G_NO(PTE_R | PTE_X),
     STORE_GUEST, 0, 0, TI_SD},
    {"a reserved bit in the G-stage", GPA_TRANS, LOAD, 0, LEAF_U | BIT(58), LOAD_GUEST, 0, 0,
     TI_LD},
    {"A = 0 in the G-stage, menvcfg.ADUE 0: a load", GPA_TRANS, LOAD, 0, G_NO(PTE_A), LOAD_GUEST, 0,
     0, TI_LD},
    {"A = 0 in the G-stage, menvcfg.ADUE 0: code", GPA_TRANS, CALL, 0, G_NO(PTE_A), FETCH_GUEST, 0,
     0x800, 0},
    {"D = 0 in the G-stage, menvcfg.ADUE 0: a store", GPA_TRANS, STORE, 0, G_NO(PTE_D), STORE_GUEST,
     0, 0, TI_SD},
    {"D = 0 in the G-stage does not stop a load", GPA_TRANS, LOAD, 0, G_NO(PTE_D), 0, GUEST_WORD, 0,
     0},
    {"the VS-stage is asked first", "Trap Cause Codes", LOAD, S_NO(PTE_V), G_NO(PTE_V), LOAD_PAGE,
     0, 0, TI_LD},
    {"the VS-stage is asked first: code", "Trap Cause Codes", CALL, S_NO(PTE_V), G_NO(PTE_V),
     FETCH_PAGE, 0, 0x800, 0},
    {"the VS-stage permits, the G-stage refuses a write", "Trap Cause Codes", STORE, LEAF_S,
     G_NO(PTE_W | PTE_D), STORE_GUEST, 0, 0, TI_SD},
};
/* clang-format on */

static const char *qemu_and(const struct access_row *row)
{
    bool reserved = (row->vs_leaf | row->g_leaf) & BITS(60, 54);
    bool unused =
        (row->vs_leaf && !(row->vs_leaf & PTE_A)) ||
        (row->g_leaf && !(row->g_leaf & PTE_A)) ||
        (row->cause == STORE_PAGE && !(row->vs_leaf & PTE_D) &&
         (row->vs_leaf & PTE_W)) ||
        (row->cause == STORE_GUEST && !(row->g_leaf & PTE_D) && (row->g_leaf & PTE_W));

    if (reserved)
        return "with Svnapot it does not look at bits 60 to 54";
    return unused ? "it has no ADUE" : NULL;
}

/* The case that a row makes in one pair, or nothing to try: the stage does not exist. */
static bool make_case(struct guest_case *out, const struct access_row *row,
                      const struct pair *pair, enum guest_mode in, enum guest_mode to)
{
    uint64_t user = in == IN_VU && row->vs_leaf ? PTE_U : 0;
    bool guest = row->cause >= FETCH_GUEST;

    if ((row->vs_leaf && pair->vs == BARE) || (row->g_leaf && pair->g == BARE))
        return false;
    *out = (struct guest_case){
        .claim = row->claim,
        .section = row->section,
        .in = in,
        .code = row->code,
        .vs = {pair->vs, 0, row->vs_leaf | user, 0},
        .g = {pair->g, 0, row->g_leaf, 0},
        .to = row->cause ? to : AT_END,
        .a0 = row->a0,
        .cause = row->cause,
        .tval = DATA_VA + row->offset,
        .gpa = guest ? DATA_GPA + row->offset : 0,
        .inst = row->inst,
        .gva = row->cause != 0,
        .qemu = qemu_and(row),
    };
    return true;
}

/* Code traps where it went, not where it came from. */
static void check_access(struct guest_case *row)
{
    row->fault = row->cause == FETCH_PAGE || row->cause == FETCH_GUEST ? row->tval : 0;
    guest_check(row);
}

START_TEST(each_stage_decides_an_access_by_its_leaf)
{
    static const enum guest_mode modes[] = {IN_VS, IN_VU}, targets[] = {IN_HS, IN_M};
    const struct access_row *row = &access_rows[_i];

    for (unsigned i = 0; i < COUNT(pairs) * 4; i++) {
        struct guest_case one;

        if (make_case(&one, row, &pairs[i / 4], modes[i % 2], targets[i / 2 % 2]))
            check_access(&one);
    }
}
END_TEST

/* --- single claims --- */

/* clang-format off */
static const struct guest_case cases[] = {
    /* Addresses. */
    {"Sv39x4: bit 41 of a guest physical address", GPA_TRANS, IN_VS,
     .code = "li t0, 1 << 41; or s0, s0, t0; fault: ld a0, 0(s0)", .g = {.format = SV39}, .to = IN_HS,
     .cause = LOAD_GUEST, .tval = DATA_VA + BIT(41), .gpa = DATA_GPA + BIT(41), .inst = TI_LD,
     .gva = true},
    {"Sv39x4: bit 63", GPA_TRANS, IN_VS,
     .code = "li t0, 1 << 63; or s0, s0, t0; fault: ld a0, 0(s0)", .g = {.format = SV39}, .to = IN_HS,
     .cause = LOAD_GUEST, .tval = BIT(63) | BIT(39) | DATA_PA, .gpa = BIT(63) | BIT(39) | DATA_PA,
     .inst = TI_LD, .gva = true},
    {"Sv48x4: bit 50", GPA_TRANS, IN_VS,
     .code = "li t0, 1 << 50; or s0, s0, t0; fault: ld a0, 0(s0)", .g = {.format = SV48}, .to = IN_HS,
     .cause = LOAD_GUEST, .tval = BIT(50) | BIT(48) | DATA_PA, .gpa = BIT(50) | BIT(48) | DATA_PA,
     .inst = TI_LD, .gva = true},
#define ALSO_HIGHER(entry) "li t0, " entry "; ld t1, 0(t0); li t2, 8192; add t0, t0, t2; sd t1, 0(t0)"
    {"Sv39x4 does not extend a sign: bit 40 is as good as others", GPA_TRANS, IN_VS,
     .setup = ALSO_HIGHER("G_ENTRY2"), .code = "li t0, 1 << 40; or s0, s0, t0; ld a0, 0(s0)",
     .g = {.format = SV39}, .a0 = GUEST_WORD, .qemu = QEMU_SIGN},
    {"Sv48x4 does not extend a sign: bit 49 is as good as others", GPA_TRANS, IN_VS,
     .setup = ALSO_HIGHER("G_ENTRY3"), .code = "li t0, 1 << 49; or s0, s0, t0; ld a0, 0(s0)",
     .g = {.format = SV48}, .a0 = GUEST_WORD, .qemu = QEMU_SIGN},
    {"an Sv39 address that is not canonical", SVALG, IN_VS,
     .code = "li t0, 1 << 39; or s0, s0, t0; fault: ld a0, 0(s0)", .vs = {.format = SV39}, .g = {.format = SV39},
     .to = IN_HS, .cause = LOAD_PAGE, .tval = BIT(39) | BIT(36) | DATA_PA, .inst = TI_LD,
     .gva = true},
    {"a guest page that lies beyond Sv39x4 by its VS-stage", GPA_TRANS, IN_VS,
     .setup = "li t0, VS_ENTRY0; ld t1, 0(t0); li t2, 1 << 39; or t1, t1, t2; sd t1, 0(t0)",
     .code = LOAD, .vs = {.format = SV39}, .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_GUEST, .tval = DATA_VA,
     .gpa = DATA_GPA + BIT(41), .inst = TI_LD, .gva = true},
    {"nothing mapped at a high index of the root", GPA_TRANS, IN_VS,
     .code = "li t0, 1 << 40; or s0, s0, t0; fault: ld a0, 0(s0)", .g = {.format = SV39}, .to = IN_HS,
     .cause = LOAD_GUEST, .tval = DATA_VA + BIT(40), .gpa = DATA_GPA + BIT(40), .inst = TI_LD,
     .gva = true},

    /* Pages of all sizes. */
    {"2 MiB in both stages", GPA_TRANS, IN_VS, .code = LOAD, .vs = {.format = SV39, .level = 1}, .g = {.format = SV39, .level = 1},
     .a0 = GUEST_WORD},
    {"1 GiB in both stages", GPA_TRANS, IN_VS, .code = LOAD, .vs = {.format = SV39, .level = 2}, .g = {.format = SV39, .level = 2},
     .a0 = GUEST_WORD},
    {"512 GiB in both stages", GPA_TRANS, IN_VS, .code = LOAD, .vs = {.format = SV48, .level = 3}, .g = {.format = SV48, .level = 3},
     .a0 = GUEST_WORD},
    {"4 KiB over 2 MiB", GPA_TRANS, IN_VS, .code = LOAD, .vs = {.format = SV48, .level = 0}, .g = {.format = SV39, .level = 1},
     .a0 = GUEST_WORD},
    {"2 MiB over 4 KiB", GPA_TRANS, IN_VS, .code = LOAD, .vs = {.format = SV39, .level = 1}, .g = {.format = SV48, .level = 0},
     .a0 = GUEST_WORD},
    {"2 MiB over 4 KiB: the second page is another one", GPA_TRANS, IN_VS,
     .code = "li t0, 4096; add s0, s0, t0; fault: ld a0, 0(s0)", .vs = {.format = SV39, .level = 1},
     .g = {.format = SV48, 0, 0, G_NO(PTE_V)}, .to = IN_HS, .cause = LOAD_GUEST, .tval = DATA_VA + 4096,
     .gpa = DATA_GPA + 4096, .inst = TI_LD, .gva = true},
    {"a misaligned superpage of the VS-stage: 2 MiB", SVALG, IN_VS, .code = LOAD,
     .vs = {.format = SV39, 1, LEAF_S | BIT(10)}, .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_PAGE,
     .tval = DATA_VA, .inst = TI_LD, .gva = true},
    {"a misaligned superpage of the VS-stage: 1 GiB", SVALG, IN_VS, .code = LOAD,
     .vs = {.format = SV39, 2, LEAF_S | BIT(19)}, .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_PAGE,
     .tval = DATA_VA, .inst = TI_LD, .gva = true},
    {"a misaligned superpage of the VS-stage: 512 GiB", SVALG, IN_VS, .code = LOAD,
     .vs = {.format = SV48, 3, LEAF_S | BIT(28)}, .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_PAGE,
     .tval = DATA_VA, .inst = TI_LD, .gva = true},
    {"a misaligned superpage of the G-stage: 2 MiB", SVALG, IN_VS, .code = LOAD, .vs = {.format = SV39},
     .g = {.format = SV39, 1, LEAF_U | BIT(18)}, .to = IN_HS, .cause = LOAD_GUEST, .tval = DATA_VA,
     .gpa = DATA_GPA, .inst = TI_LD, .gva = true},
    {"a misaligned superpage of the G-stage: 1 GiB", SVALG, IN_VS, .code = LOAD, .vs = {.format = BARE},
     .g = {.format = SV39, 2, LEAF_U | BIT(10)}, .to = IN_HS, .cause = LOAD_GUEST, .tval = DATA_VA,
     .gpa = DATA_GPA, .inst = TI_LD, .gva = true},
    {"a misaligned superpage of the G-stage: 512 GiB", SVALG, IN_VS, .code = LOAD, .vs = {.format = BARE},
     .g = {.format = SV48, 3, LEAF_U | BIT(36)}, .to = IN_HS, .cause = LOAD_GUEST, .tval = DATA_VA,
     .gpa = DATA_GPA, .inst = TI_LD, .gva = true},
    {"a pointer at the last level of the VS-stage", SVALG, IN_VS, .code = LOAD,
     .vs = {.format = SV39, 0, PTE_V}, .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_PAGE, .tval = DATA_VA,
     .inst = TI_LD, .gva = true},
    {"a pointer at the last level of the G-stage", SVALG, IN_VS, .code = LOAD, .vs = {.format = SV39},
     .g = {.format = SV39, 0, PTE_V}, .to = IN_HS, .cause = LOAD_GUEST, .tval = DATA_VA, .gpa = DATA_GPA,
     .inst = TI_LD, .gva = true},
    {"A in a pointer of the G-stage is reserved", SVALG, IN_VS,
     .setup = "li t0, G_ENTRY1; ld t1, 0(t0); ori t1, t1, 0x40; sd t1, 0(t0)", .code = LOAD,
     .vs = {.format = SV39}, .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_GUEST, .tval = DATA_VA, .gpa = DATA_GPA,
     .inst = TI_LD, .gva = true},
    {"U in a pointer of the VS-stage is reserved", SVALG, IN_VS,
     .setup = "li t0, VS_ENTRY1; ld t1, 0(t0); ori t1, t1, 0x10; sd t1, 0(t0)", .code = LOAD,
     .vs = {.format = SV39}, .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_PAGE, .tval = DATA_VA, .inst = TI_LD,
     .gva = true},
    {"64 KiB by Svnapot in the VS-stage", "Svnapot", IN_VS,
     .setup = "li t0, VS_ENTRY0; ld t1, 0(t0); li t2, 1 << 63 | 8 << 10; or t1, t1, t2; "
         "sd t1, 0(t0)", .code = LOAD, .vs = {.format = SV39}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"64 KiB by Svnapot in the G-stage", "Svnapot", IN_VS,
     .setup = "li t0, G_ENTRY0; ld t1, 0(t0); li t2, 1 << 63 | 8 << 10; or t1, t1, t2; "
         "sd t1, 0(t0)", .code = LOAD, .vs = {.format = SV39}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"a reserved Svnapot size in the G-stage", "Svnapot", IN_VS,
     .setup = "li t0, G_ENTRY0; ld t1, 0(t0); li t2, 1 << 63; or t1, t1, t2; sd t1, 0(t0)",
     .code = LOAD, .vs = {.format = SV39}, .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_GUEST, .tval = DATA_VA,
     .gpa = DATA_GPA, .inst = TI_LD, .gva = true},

    /* Implicit accesses: the tables of the VS-stage lie where the G-stage refuses. */
    {"the last table cannot be read: a load", GUEST_PF, IN_VS, .code = LOAD, .vs = {.format = SV39},
     .g = {.format = SV39}, .table = 2, .table_leaf = G_NO(PTE_V), .to = IN_HS, .cause = LOAD_GUEST,
     .tval = DATA_VA, .gpa = VS_ENTRY_GPA(0), .inst = READ_PSEUDO, .gva = true},
    {"the last table cannot be read: a store, told as one", GUEST_PF, IN_VS, .code = STORE,
     .vs = {.format = SV39}, .g = {.format = SV39}, .table = 2, .table_leaf = G_NO(PTE_V), .to = IN_HS,
     .cause = STORE_GUEST, .tval = DATA_VA, .gpa = VS_ENTRY_GPA(0), .inst = READ_PSEUDO,
     .gva = true, .qemu = QEMU_KIND},
    {"the last table cannot be read: code, told as a fetch", GUEST_PF, IN_VS,
     .code = "fault: jalr ra, 0(s0)", .vs = {.format = SV39}, .g = {.format = SV39}, .table = 2,
     .table_leaf = G_NO(PTE_V), .to = IN_HS, .cause = FETCH_GUEST, .tval = DATA_VA,
     .gpa = VS_ENTRY_GPA(0), .inst = READ_PSEUDO, .gva = true, .fault = DATA_VA, .qemu = QEMU_KIND},
    {"the last table cannot be read: to M-mode", GUEST_PF, IN_VS, .code = LOAD, .vs = {.format = SV39},
     .g = {.format = SV39}, .table = 2, .table_leaf = G_NO(PTE_V), .to = IN_M, .cause = LOAD_GUEST,
     .tval = DATA_VA, .gpa = VS_ENTRY_GPA(0), .inst = READ_PSEUDO, .gva = true},
    {"the middle table cannot be read", GUEST_PF, IN_VS, .code = LOAD, .vs = {.format = SV39}, .g = {.format = SV39},
     .table = 1, .table_leaf = G_NO(PTE_V), .to = IN_HS, .cause = LOAD_GUEST, .tval = DATA_VA,
     .gpa = VS_ENTRY_GPA(1), .inst = READ_PSEUDO, .gva = true},
    {"a table that is a supervisor's in the G-stage", GPA_TRANS, IN_VS, .code = LOAD, .vs = {.format = SV39},
     .g = {.format = SV48}, .table = 2, .table_leaf = G_NO(PTE_U), .to = IN_HS, .cause = LOAD_GUEST,
     .tval = DATA_VA, .gpa = VS_ENTRY_GPA(0), .inst = READ_PSEUDO, .gva = true},
    {"a table that is execute-only in the G-stage", GPA_TRANS, IN_VS, .code = LOAD, .vs = {.format = SV48},
     .g = {.format = SV39}, .table = 3, .table_leaf = G_NO(PTE_R | PTE_W | PTE_D), .to = IN_HS,
     .cause = LOAD_GUEST, .tval = DATA_VA, .gpa = VS_ENTRY_GPA(0), .inst = READ_PSEUDO,
     .gva = true},
    {"a table that is read-only in the G-stage is read", GPA_TRANS, IN_VS, .code = LOAD,
     .vs = {.format = SV48}, .g = {.format = SV39}, .table = 3, .table_leaf = G_NO(PTE_W | PTE_D | PTE_X),
     .a0 = GUEST_WORD},
    {"a table without A in the G-stage, menvcfg.ADUE 0", GPA_TRANS, IN_VS, .code = LOAD,
     .vs = {.format = SV48}, .g = {.format = SV48}, .table = 3, .table_leaf = G_NO(PTE_A), .to = IN_HS,
     .cause = LOAD_GUEST, .tval = DATA_VA, .gpa = VS_ENTRY_GPA(0), .inst = READ_PSEUDO, .gva = true,
     .qemu = "it has no ADUE"},
    {"a table without D in the G-stage is read, A/D updates off", GPA_TRANS, IN_VS, .code = STORE,
     .vs = {.format = SV48}, .g = {.format = SV48}, .table = 3, .table_leaf = G_NO(PTE_D)},
    {"the table's address is beyond Sv39x4", GPA_TRANS, IN_VS,
     .setup = "li t0, VS_ENTRY1; ld t1, 0(t0); li t2, 1 << 39; or t1, t1, t2; sd t1, 0(t0)",
     .code = LOAD, .vs = {.format = SV39}, .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_GUEST, .tval = DATA_VA,
     .gpa = VS_ENTRY_GPA(0) + BIT(41), .inst = READ_PSEUDO, .gva = true},
    {"from VU-mode", GUEST_PF, IN_VU, .code = LOAD, .vs = {.format = SV48}, .g = {.format = SV39}, .table = 3,
     .table_leaf = G_NO(PTE_V), .to = IN_HS, .cause = LOAD_GUEST, .tval = DATA_VA,
     .gpa = VS_ENTRY_GPA(0), .inst = READ_PSEUDO, .gva = true},
    {"by an AMO", GUEST_PF, IN_VS, .code = "amoswap.w a0, a0, (s0)", .vs = {.format = SV48}, .g = {.format = SV39},
     .table = 3, .table_leaf = G_NO(PTE_V), .to = IN_HS, .cause = STORE_GUEST, .tval = DATA_VA,
     .gpa = VS_ENTRY_GPA(0), .inst = READ_PSEUDO, .gva = true, .qemu = QEMU_KIND},

    /* A and D. */
#define ADUE_M  "li t0, 1 << 61; csrs menvcfg, t0\n"
#define ADUE_VS ADUE_M "csrs henvcfg, t0\n"
#define ENTRY(name) "\nla t0, end; csrw sepc, t0; li t0, " name "; ld a0, 0(t0); andi a0, a0, 0xc0; sret"
    {"henvcfg.ADUE: a load sets A", ADUE, IN_VS, .setup = ADUE_VS, .code = LOAD "; ecall",
     .hs_handler = ENTRY("VS_ENTRY0"), .vs = {.format = SV39, 0, S_NO(PTE_AD)}, .g = {.format = SV39}, .a0 = 0x40},
    {"henvcfg.ADUE: a store sets A and D", ADUE, IN_VS, .setup = ADUE_VS, .code = STORE "; ecall",
     .hs_handler = ENTRY("VS_ENTRY0"), .vs = {.format = SV39, 0, S_NO(PTE_AD)}, .g = {.format = SV39}, .a0 = 0xc0},
    {"henvcfg.ADUE: code sets A", ADUE, IN_VS, .setup = ADUE_VS, .code = CALL "; ecall",
     .hs_handler = ENTRY("VS_ENTRY0"), .vs = {.format = SV39, 0, S_NO(PTE_AD)}, .g = {.format = SV39}, .a0 = 0x40},
    {"henvcfg.ADUE 0: nothing is set where menvcfg.ADUE is 1", ADUE, IN_VS, .setup = ADUE_M,
     .code = LOAD, .vs = {.format = SV39, 0, S_NO(PTE_AD)}, .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_PAGE,
     .tval = DATA_VA, .inst = TI_LD, .gva = true, .qemu = "it has no ADUE"},
    {"menvcfg.ADUE: the G-stage sets A for a load", ADUE, IN_VS, .setup = ADUE_M,
     .code = LOAD "; ecall", .hs_handler = ENTRY("G_ENTRY0"), .vs = {.format = SV39},
     .g = {.format = SV39, 0, G_NO(PTE_AD)}, .a0 = 0x40},
    {"menvcfg.ADUE: the G-stage sets A and D for a store", ADUE, IN_VS, .setup = ADUE_M,
     .code = STORE "; ecall", .hs_handler = ENTRY("G_ENTRY0"), .vs = {.format = SV39},
     .g = {.format = SV39, 0, G_NO(PTE_AD)}, .a0 = 0xc0},
    {"an update of A where the G-stage has the table read-only", TINST, IN_VS, .setup = ADUE_VS,
     .code = LOAD, .vs = {.format = SV39, 0, S_NO(PTE_AD)}, .g = {.format = SV39}, .table = 2,
     .table_leaf = G_NO(PTE_W | PTE_D), .to = IN_HS, .cause = LOAD_GUEST, .tval = DATA_VA,
     .gpa = VS_ENTRY_GPA(0), .inst = WRITE_PSEUDO, .gva = true, .qemu = QEMU_WRITES},
    {"an update of D where the G-stage has the table read-only", TINST, IN_VS, .setup = ADUE_VS,
     .code = STORE, .vs = {.format = SV39, 0, S_NO(PTE_D)}, .g = {.format = SV39}, .table = 2,
     .table_leaf = G_NO(PTE_W | PTE_D), .to = IN_HS, .cause = STORE_GUEST, .tval = DATA_VA,
     .gpa = VS_ENTRY_GPA(0), .inst = WRITE_PSEUDO, .gva = true, .qemu = QEMU_WRITES},
    {"an update of A for code", TINST, IN_VS, .setup = ADUE_VS, .code = "jalr ra, 0(s0)",
     .vs = {.format = SV39, 0, S_NO(PTE_AD)}, .g = {.format = SV39}, .table = 2, .table_leaf = G_NO(PTE_W | PTE_D),
     .to = IN_HS, .cause = FETCH_GUEST, .tval = DATA_VA, .gpa = VS_ENTRY_GPA(0),
     .inst = WRITE_PSEUDO, .gva = true, .fault = DATA_VA, .qemu = QEMU_WRITES},
    {"no update is needed: a read-only table will do", TINST, IN_VS, .setup = ADUE_VS, .code = LOAD,
     .vs = {.format = SV39}, .g = {.format = SV39}, .table = 2, .table_leaf = G_NO(PTE_W | PTE_D), .a0 = GUEST_WORD},
    {"an update sets D of the table's page in the G-stage", GPA_TRANS, IN_VS, .setup = ADUE_VS,
     .code = LOAD, .vs = {.format = SV39, 0, S_NO(PTE_AD)}, .g = {.format = SV39}, .table = 2,
     .table_leaf = G_NO(PTE_AD), .a0 = GUEST_WORD},
    {"a table's page without D is a guest-page fault of the write, where menvcfg.ADUE is 0",
     GPA_TRANS, IN_VS, .setup = ADUE_VS "csrc menvcfg, t0", .code = LOAD,
     .vs = {.format = SV39, 0, S_NO(PTE_AD)}, .g = {.format = SV39}, .table = 2, .table_leaf = G_NO(PTE_D), .to = IN_HS,
     .cause = LOAD_PAGE, .tval = DATA_VA, .inst = TI_LD, .gva = true, .qemu = "it has no ADUE"},
    {"a page fault of the VS-stage sets nothing", ADUE, IN_VS, .setup = ADUE_VS, .code = STORE,
     .hs_handler = ENTRY("VS_ENTRY0"), .vs = {.format = SV39, 0, S_NO(PTE_AD | PTE_W)}, .g = {.format = SV39}, .a0 = 0},

    /* PMP. */
#define HIDE(pa, cfg) "li t0, (" pa ") >> 2 | 0x1ff; csrw pmpaddr0, t0; li t0, " cfg "; csrw pmpcfg0, t0\n"
    {"PMP hides the data", TWO_STAGE, IN_VS, .setup = HIDE("CASE_DATA", "0x18"), .code = LOAD,
     .vs = {.format = SV39}, .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_ACCESS, .tval = DATA_VA, .inst = TI_LD,
     .gva = true, .qemu = QEMU_PMP},
    {"PMP has the data read-only", TWO_STAGE, IN_VS, .setup = HIDE("CASE_DATA", "0x19"),
     .code = STORE, .vs = {.format = SV39}, .g = {.format = SV39}, .to = IN_HS, .cause = STORE_ACCESS, .tval = DATA_VA,
     .inst = TI_SD, .gva = true, .qemu = QEMU_PMP},
    {"PMP permits no code", TWO_STAGE, IN_VS, .setup = HIDE("CASE_DATA", "0x1b"),
     .code = "jalr ra, 0(s0)", .vs = {.format = SV39}, .g = {.format = SV39}, .to = IN_HS, .cause = FETCH_ACCESS,
     .tval = DATA_VA, .gva = true, .fault = DATA_VA, .qemu = QEMU_PMP},
    {"PMP hides the data: to M-mode", TWO_STAGE, IN_VU, .setup = HIDE("CASE_DATA", "0x18"),
     .code = STORE, .vs = {.format = SV39}, .g = {.format = SV39}, .to = IN_M, .cause = STORE_ACCESS, .tval = DATA_VA,
     .inst = TI_SD, .gva = true, .qemu = QEMU_PMP},
    {"PMP hides a table of the VS-stage: a load", TWO_STAGE, IN_VS,
     .setup = HIDE("VS_ENTRY0 & ~0xfff", "0x18"), .code = LOAD, .vs = {.format = SV39}, .g = {.format = SV39},
     .to = IN_HS, .cause = LOAD_ACCESS, .tval = DATA_VA, .inst = TI_LD, .gva = true},
    {"PMP hides a table of the VS-stage: a store", TWO_STAGE, IN_VS,
     .setup = HIDE("VS_ENTRY0 & ~0xfff", "0x18"), .code = STORE, .vs = {.format = SV39}, .g = {.format = SV39},
     .to = IN_HS, .cause = STORE_ACCESS, .tval = DATA_VA, .inst = TI_SD, .gva = true},
    {"PMP hides a table of the G-stage: a load", TWO_STAGE, IN_VS,
     .setup = HIDE("G_ENTRY0 & ~0xfff", "0x18"), .code = LOAD, .vs = {.format = SV39}, .g = {.format = SV39},
     .to = IN_HS, .cause = LOAD_ACCESS, .tval = DATA_VA, .inst = TI_LD, .gva = true,
     .qemu = QEMU_PMP},
    {"PMP hides a table of the G-stage: code", TWO_STAGE, IN_VS,
     .setup = HIDE("G_ENTRY0 & ~0xfff", "0x18"), .code = "jalr ra, 0(s0)", .vs = {.format = SV39},
     .g = {.format = SV39}, .to = IN_HS, .cause = FETCH_ACCESS, .tval = DATA_VA, .gva = true,
     .fault = DATA_VA, .qemu = QEMU_PMP},
    {"PMP has a table of the VS-stage read-only, and A is to be set", TWO_STAGE, IN_VS,
     .setup = ADUE_VS HIDE("VS_ENTRY0 & ~0xfff", "0x19"), .code = LOAD,
     .vs = {.format = SV39, 0, S_NO(PTE_AD)}, .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_ACCESS, .tval = DATA_VA,
     .inst = TI_LD, .gva = true, .qemu = QEMU_PMP},
    {"nothing is where the G-stage leads", TWO_STAGE, IN_VS,
     .setup = "li t0, G_ENTRY0; li t1, 0x48000df; sd t1, 0(t0)", .code = LOAD, .vs = {.format = SV39},
     .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_ACCESS, .tval = DATA_VA, .inst = TI_LD, .gva = true},

    /* Over the boundary of pages. */
    {"a load into a second page that the G-stage does not map", GUEST_PF, IN_VS,
     .code = "li t0, 4092; add s0, s0, t0; fault: ld a0, 0(s0)", .vs = {.format = SV39},
     .g = {.format = SV39, 0, 0, G_NO(PTE_V)}, .to = IN_HS, .cause = LOAD_GUEST, .tval = DATA_VA + 4096,
     .gpa = DATA_GPA + 4096, .inst = TI_LD | 4 << 15, .gva = true},
    {"a store into a second page that the VS-stage does not map", GUEST_PF, IN_VS,
     .code = "li t0, 4095; add s0, s0, t0; fault: sd a0, 0(s0)", .vs = {.format = SV39, 0, 0, S_NO(PTE_V)},
     .g = {.format = SV39}, .to = IN_HS, .cause = STORE_PAGE, .tval = DATA_VA + 4096, .inst = TI_SD | 1 << 15,
     .gva = true},
    {"a store from a first page that the G-stage does not map", GUEST_PF, IN_VS,
     .code = "li t0, 4092; add s0, s0, t0; fault: sd a0, 0(s0)", .vs = {.format = SV39},
     .g = {.format = SV39, 0, G_NO(PTE_V), 0}, .to = IN_HS, .cause = STORE_GUEST, .tval = DATA_VA + 4092,
     .gpa = DATA_GPA + 4092, .inst = TI_SD, .gva = true},
    {"a 4-byte load, 1 byte of it in the first page", GUEST_PF, IN_VS,
     .code = "li t0, 4095; add s0, s0, t0; fault: lw a0, 0(s0)", .vs = {.format = SV39},
     .g = {.format = SV39, 0, 0, G_NO(PTE_V)}, .to = IN_M, .cause = LOAD_GUEST, .tval = DATA_VA + 4096,
     .gpa = DATA_GPA + 4096, .inst = 0x2503 | 1 << 15, .gva = true},
    {"an instruction into a second page that the G-stage does not map", GUEST_PF, IN_VS,
     .code = "li t0, 4094; add t0, s0, t0; jalr ra, 0(t0)", .vs = {.format = SV39},
     .g = {.format = SV39, 0, 0, G_NO(PTE_V)}, .to = IN_HS, .cause = FETCH_GUEST, .tval = DATA_VA + 4096,
     .gpa = DATA_GPA + 4096, .gva = true, .fault = DATA_VA + 4094},
    {"an instruction into a second page that the VS-stage does not map", GUEST_PF, IN_VS,
     .code = "li t0, 4094; add t0, s0, t0; jalr ra, 0(t0)", .vs = {.format = SV39, 0, 0, S_NO(PTE_V)},
     .g = {.format = SV39}, .to = IN_HS, .cause = FETCH_PAGE, .tval = DATA_VA + 4096, .gva = true,
     .fault = DATA_VA + 4094},

    /* Into the guest. */
    {"a guest's own page fault goes to it", "Trap Entry", IN_VS, .code = LOAD,
     .vs = {.format = SV39, 0, S_NO(PTE_V)}, .g = {.format = SV39}, .to = IN_VS, .cause = LOAD_PAGE, .tval = DATA_VA,
     .qemu = QEMU_HTVAL},
    {"from VU-mode, too", "Trap Entry", IN_VU, .code = STORE, .vs = {.format = SV39, 0, S_NO(PTE_U)},
     .g = {.format = SV39}, .to = IN_VS, .cause = STORE_PAGE, .tval = DATA_VA, .qemu = QEMU_HTVAL},
    {"of code, too", "Trap Entry", IN_VU, .code = "jalr ra, 0(s0)",
     .vs = {.format = SV39, 0, S_NO(PTE_X) | PTE_U}, .g = {.format = SV39}, .to = IN_VS, .cause = FETCH_PAGE,
     .tval = DATA_VA, .fault = DATA_VA, .qemu = QEMU_HTVAL},
    {"an access fault, too", "Trap Entry", IN_VS, .setup = HIDE("CASE_DATA", "0x18"), .code = LOAD,
     .vs = {.format = SV39}, .g = {.format = SV39}, .to = IN_VS, .cause = LOAD_ACCESS, .tval = DATA_VA,
     .qemu = QEMU_PMP},
    {"a guest-page fault never", GUEST_PF, IN_VS, .setup = "li t0, -1; csrw hedeleg, t0",
     .code = LOAD, .vs = {.format = SV39}, .g = {.format = SV39, 0, G_NO(PTE_V)}, .to = IN_HS, .cause = LOAD_GUEST,
     .tval = DATA_VA, .gpa = DATA_GPA, .inst = TI_LD, .gva = true},

    /* SUM, MXR, U of the VS-stage. */
    {"VS-mode does not read a user's page", SVALG, IN_VS, .code = LOAD, .vs = {.format = SV39, 0, LEAF_U},
     .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_PAGE, .tval = DATA_VA, .inst = TI_LD, .gva = true},
    {"with vsstatus.SUM it does", SVALG, IN_VS, .setup = "li t0, 1 << 18; csrs vsstatus, t0",
     .code = LOAD, .vs = {.format = SV39, 0, LEAF_U}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"HS-mode's SUM does not count", "Virtual Supervisor Status (vsstatus) Register", IN_VS,
     .setup = "li t0, 1 << 18; csrs sstatus, t0", .code = LOAD, .vs = {.format = SV39, 0, LEAF_U},
     .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_PAGE, .tval = DATA_VA, .inst = TI_LD, .gva = true},
    {"VU-mode does not read a supervisor's page", SVALG, IN_VU, .code = LOAD,
     .vs = {.format = SV39, 0, LEAF_S}, .g = {.format = SV39}, .to = IN_HS, .cause = LOAD_PAGE, .tval = DATA_VA,
     .inst = TI_LD, .gva = true},
    {"vsstatus.MXR reads what the VS-stage lets be executed", TWO_STAGE, IN_VS,
     .setup = "li t0, 1 << 19; csrs vsstatus, t0", .code = LOAD,
     .vs = {.format = SV39, 0, S_NO(PTE_R | PTE_W | PTE_D)}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"vsstatus.MXR does not read what only the G-stage lets be executed", TWO_STAGE, IN_VS,
     .setup = "li t0, 1 << 19; csrs vsstatus, t0", .code = LOAD, .vs = {.format = SV39},
     .g = {.format = SV39, 0, G_NO(PTE_R | PTE_W | PTE_D)}, .to = IN_HS, .cause = LOAD_GUEST, .tval = DATA_VA,
     .gpa = DATA_GPA, .inst = TI_LD, .gva = true, .qemu = QEMU_MXR},
    {"HS-mode's MXR does: the G-stage", TWO_STAGE, IN_VS,
     .setup = "li t0, 1 << 19; csrs sstatus, t0", .code = LOAD, .vs = {.format = SV39},
     .g = {.format = SV39, 0, G_NO(PTE_R | PTE_W | PTE_D)}, .a0 = GUEST_WORD, .qemu = QEMU_MXR},
    {"HS-mode's MXR does: the VS-stage, too", TWO_STAGE, IN_VS,
     .setup = "li t0, 1 << 19; csrs sstatus, t0", .code = LOAD,
     .vs = {.format = SV39, 0, S_NO(PTE_R | PTE_W | PTE_D)}, .g = {.format = SV39, 0, G_NO(PTE_R | PTE_W | PTE_D)},
     .a0 = GUEST_WORD, .qemu = QEMU_MXR},
    {"and in Bare", TWO_STAGE, IN_VS, .setup = "li t0, 1 << 19; csrs sstatus, t0", .code = LOAD,
     .vs = {.format = BARE}, .g = {.format = SV48, 0, G_NO(PTE_R | PTE_W | PTE_D)}, .a0 = GUEST_WORD, .qemu = QEMU_MXR},
    {"MXR does not read a table that is execute-only: implicit reads are none", TWO_STAGE, IN_VS,
     .setup = "li t0, 1 << 19; csrs sstatus, t0; csrs vsstatus, t0", .code = LOAD, .vs = {.format = SV39},
     .g = {.format = SV39}, .table = 2, .table_leaf = G_NO(PTE_R | PTE_W | PTE_D), .to = IN_HS,
     .cause = LOAD_GUEST, .tval = DATA_VA, .gpa = VS_ENTRY_GPA(0), .inst = READ_PSEUDO, .gva = true,
     .qemu = QEMU_MXR},
};
/* clang-format on */

START_TEST(a_fault_is_told_by_all_its_values)
{
    guest_check(&cases[_i]);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, each_stage_decides_an_access_by_its_leaf, 0,
                        COUNT(access_rows));
    tcase_add_loop_test(tcase, a_fault_is_told_by_all_its_values, 0, COUNT(cases));
}

TEST_MAIN("hypervisor_faults", add_tests)

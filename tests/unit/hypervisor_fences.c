/*
 * Fences of two-stage translation against entries that a TLB holds, claim by claim
 * (Privileged, Hypervisor Extension: Hypervisor Memory-Management Fence Instructions;
 * Memory-Management Fences). What the specification leaves open is fixed by the modelled
 * TLB, which is state: an entry stays usable until a fence that covers it.
 */
#include "tests/lib/guest_case.h"
#include "tests/lib/suite.h"

#define HFENCE "Hypervisor Memory-Management Fence Instructions"
#define FENCES "Memory-Management Fences"
#define HGATP  "Hypervisor Guest Address Translation and Protection (hgatp) Register"
#define VSATP  "Virtual Supervisor Address Translation and Protection (vsatp) Register"

/*
 * The guest loads a word, so that the TLB knows the page; HS-mode makes one stage's entry
 * lead to the second page, which begins with 0, and fences; the guest loads again.
 */
#define AGAIN "ld a0, 0(s0); ecall; ld a0, 0(s0)"
#define NEXT_PAGE(entry)                                                               \
    "li t0, " entry "; ld t1, 0(t0); addi t1, t1, 1024; sd t1, 0(t0)\n"
#define BACK              "\ncsrr t0, sepc; addi t0, t0, 4; csrw sepc, t0; sret"
#define G_CHANGES(fence)  .code = AGAIN, .hs_handler = NEXT_PAGE("G_ENTRY0") fence BACK
#define VS_CHANGES(fence) .code = AGAIN, .hs_handler = NEXT_PAGE("VS_ENTRY0") fence BACK
#define BOTH              .vs = {.format = SV39}, .g = {.format = SV39}

#define OPEN_QUESTION "it keeps fewer entries, which is allowed"

/* clang-format off */
static const struct guest_case cases[] = {
    {"hfence.gvma of all", HFENCE, IN_VS, G_CHANGES("hfence.gvma"), BOTH, .a0 = 0},
    {"hfence.gvma of the guest physical address, shifted", HFENCE, IN_VS,
     G_CHANGES("srli t0, s1, 2; hfence.gvma t0, zero"), BOTH, .a0 = 0},
    {"hfence.gvma of the VMID", HFENCE, IN_VS, G_CHANGES("li t0, 1; hfence.gvma zero, t0"), BOTH,
     .a0 = 0},
    {"hfence.gvma of both", HFENCE, IN_VS,
     G_CHANGES("srli t0, s1, 2; li t1, 1; hfence.gvma t0, t1"), BOTH, .a0 = 0},
    {"hfence.gvma ignores what is above the VMID's bits", HFENCE, IN_VS,
     G_CHANGES("li t0, 1 << 14 | 1; hfence.gvma zero, t0"), BOTH, .a0 = 0},
    {"hfence.gvma of another address in the page", HFENCE, IN_VS,
     G_CHANGES("srli t0, s1, 2; addi t0, t0, 0x100; hfence.gvma t0, zero"), BOTH, .a0 = 0},
    {"hfence.gvma in M-mode's stead: of Bare over Sv48x4", HFENCE, IN_VS, G_CHANGES("hfence.gvma"),
     .vs = {.format = BARE}, .g = {.format = SV48}, .a0 = 0},
    {"hfence.gvma of a page that a VS-stage superpage leads to", HFENCE, IN_VS,
     G_CHANGES("srli t0, s1, 2; hfence.gvma t0, zero"), .vs = {.format = SV39, .level = 1}, .g = {.format = SV39}, .a0 = 0},
    {"hfence.gvma of another VMID leaves the entry", HFENCE, IN_VS,
     G_CHANGES("li t0, 2; hfence.gvma zero, t0"), BOTH, .a0 = GUEST_WORD, .qemu = OPEN_QUESTION},
    {"hfence.gvma of another page leaves the entry", HFENCE, IN_VS,
     G_CHANGES("srli t0, s1, 2; li t1, 0x8000; add t0, t0, t1; hfence.gvma t0, zero"), BOTH,
     .a0 = GUEST_WORD, .qemu = OPEN_QUESTION},
    {"hfence.vvma need not see the G-stage", HFENCE, IN_VS,
     G_CHANGES("li t0, 0x1000; hfence.vvma t0, zero"), BOTH, .a0 = GUEST_WORD,
     .qemu = OPEN_QUESTION},
    {"without a fence the entry stays", FENCES, IN_VS, G_CHANGES(""), BOTH, .a0 = GUEST_WORD,
     .qemu = OPEN_QUESTION},

    {"hfence.vvma of all", HFENCE, IN_VS, VS_CHANGES("hfence.vvma"), BOTH, .a0 = 0},
    {"hfence.vvma of the address", HFENCE, IN_VS, VS_CHANGES("hfence.vvma s0, zero"), BOTH,
     .a0 = 0},
    {"hfence.vvma of the ASID", HFENCE, IN_VS, VS_CHANGES("li t0, 1; hfence.vvma zero, t0"), BOTH,
     .a0 = 0},
    {"hfence.vvma of both", HFENCE, IN_VS, VS_CHANGES("li t0, 1; hfence.vvma s0, t0"), BOTH,
     .a0 = 0},
    {"hfence.vvma ignores what is above the ASID's bits", HFENCE, IN_VS,
     VS_CHANGES("li t0, 1 << 16 | 1; hfence.vvma zero, t0"), BOTH, .a0 = 0},
    {"hfence.vvma of all covers a global page", HFENCE, IN_VS, VS_CHANGES("hfence.vvma"),
     .vs = {.format = SV39, 0, LEAF_S | PTE_G}, .g = {.format = SV39}, .a0 = 0},
    {"hfence.vvma of the address covers a global page", HFENCE, IN_VS,
     VS_CHANGES("hfence.vvma s0, zero"), .vs = {.format = SV39, 0, LEAF_S | PTE_G}, .g = {.format = SV39}, .a0 = 0},
    {"hfence.vvma of the ASID leaves a global page", HFENCE, IN_VS,
     VS_CHANGES("li t0, 1; hfence.vvma zero, t0"), .vs = {.format = SV39, 0, LEAF_S | PTE_G}, .g = {.format = SV39},
     .a0 = GUEST_WORD, .qemu = OPEN_QUESTION},
    {"hfence.vvma of another ASID leaves the entry", HFENCE, IN_VS,
     VS_CHANGES("li t0, 2; hfence.vvma zero, t0"), BOTH, .a0 = GUEST_WORD, .qemu = OPEN_QUESTION},
    {"hfence.vvma of another address leaves the entry", HFENCE, IN_VS,
     VS_CHANGES("li t0, 4096; add t0, t0, s0; hfence.vvma t0, zero"), BOTH, .a0 = GUEST_WORD,
     .qemu = OPEN_QUESTION},
    {"hfence.vvma is the current VMID's: another's entry stays", HFENCE, IN_VS,
     VS_CHANGES("csrr t0, hgatp; li t1, 3 << 44; xor t1, t0, t1; csrw hgatp, t1; hfence.vvma; "
         "csrw hgatp, t0"), BOTH, .a0 = GUEST_WORD, .qemu = OPEN_QUESTION},
    {"hfence.gvma of all sees the VS-stage's changes, too, as TLBs of one step do", HFENCE, IN_VS,
     VS_CHANGES("hfence.gvma"), BOTH, .a0 = 0},
    {"sfence.vma in HS-mode is of HS-mode's tables: the guest's entry stays", FENCES, IN_VS,
     VS_CHANGES("sfence.vma"), BOTH, .a0 = GUEST_WORD, .qemu = OPEN_QUESTION},

    {"sfence.vma of all in VS-mode", FENCES, IN_VS,
     .code = "ld a0, 0(s0); ecall; sfence.vma; ld a0, 0(s0)",
     .hs_handler = NEXT_PAGE("VS_ENTRY0") BACK, BOTH, .a0 = 0},
    {"sfence.vma of the address", FENCES, IN_VS,
     .code = "ld a0, 0(s0); ecall; sfence.vma s0, zero; ld a0, 0(s0)",
     .hs_handler = NEXT_PAGE("VS_ENTRY0") BACK, BOTH, .a0 = 0},
    {"sfence.vma of the ASID", FENCES, IN_VS,
     .code = "ld a0, 0(s0); ecall; li t0, 1; sfence.vma zero, t0; ld a0, 0(s0)",
     .hs_handler = NEXT_PAGE("VS_ENTRY0") BACK, BOTH, .a0 = 0},
    {"sfence.vma of both", FENCES, IN_VS,
     .code = "ld a0, 0(s0); ecall; li t0, 1; sfence.vma s0, t0; ld a0, 0(s0)",
     .hs_handler = NEXT_PAGE("VS_ENTRY0") BACK, BOTH, .a0 = 0},
    {"sfence.vma of another ASID leaves the entry", FENCES, IN_VS,
     .code = "ld a0, 0(s0); ecall; li t0, 2; sfence.vma zero, t0; ld a0, 0(s0)",
     .hs_handler = NEXT_PAGE("VS_ENTRY0") BACK, BOTH, .a0 = GUEST_WORD, .qemu = OPEN_QUESTION},
    {"sfence.vma of another address leaves the entry", FENCES, IN_VS,
     .code = "ld a0, 0(s0); ecall; li t0, 4096; add t0, t0, s0; sfence.vma t0, zero; ld a0, 0(s0)",
     .hs_handler = NEXT_PAGE("VS_ENTRY0") BACK, BOTH, .a0 = GUEST_WORD, .qemu = OPEN_QUESTION},

    {"another VMID does not see the entry", HGATP, IN_VS,
     VS_CHANGES("csrr t0, hgatp; li t1, 3 << 44; xor t1, t0, t1; csrw hgatp, t1"), BOTH, .a0 = 0},
    {"another VMID does not see it in Bare either", HGATP, IN_VS,
     G_CHANGES("csrr t0, hgatp; li t1, 3 << 44; xor t1, t0, t1; csrw hgatp, t1"), .vs = {.format = BARE},
     .g = {.format = SV39}, .a0 = 0},
    {"nor a global page's: global is within a guest", HGATP, IN_VS,
     VS_CHANGES("csrr t0, hgatp; li t1, 3 << 44; xor t1, t0, t1; csrw hgatp, t1"),
     .vs = {.format = SV39, 0, LEAF_S | PTE_G}, .g = {.format = SV39}, .a0 = 0},
    {"another ASID does not see the entry", VSATP, IN_VS,
     VS_CHANGES("csrr t0, vsatp; li t1, 3 << 44; xor t1, t0, t1; csrw vsatp, t1"), BOTH, .a0 = 0},
    {"another ASID by the guest itself", VSATP, IN_VS,
     .code = "ld a0, 0(s0); ecall; csrr t0, satp; li t1, 3 << 44; xor t1, t0, t1; "
         "csrw satp, t1; ld a0, 0(s0)", .hs_handler = NEXT_PAGE("VS_ENTRY0") BACK, BOTH, .a0 = 0},
    {"MODE of hgatp changes, with hfence.gvma", HFENCE, IN_VS,
     .code = "ld a0, 0(s0); ecall; ld a0, 0(s2)",
     .hs_handler = "csrw hgatp, zero; hfence.gvma; csrw vsatp, zero; hfence.vvma" BACK,
     .vs = {.format = SV39}, .g = {.format = SV39}, .a0 = GUEST_WORD},
    {"a page comes into being: no fence is needed to see that an access fails no more", FENCES,
     IN_VS, .code = "fault: ld a0, 0(s0)",
     .hs_handler = "li t0, G_ENTRY0; ld t1, 0(t0); ori t1, t1, 1; sd t1, 0(t0); hfence.gvma; sret",
     .vs = {.format = SV39}, .g = {.format = SV39, 0, LEAF_U & ~PTE_V}, .a0 = GUEST_WORD},
    {"a page gets W by hfence.gvma", FENCES, IN_VS, .code = "ld a0, 0(s0); sd a0, 8(s0)",
     .hs_handler = "li t0, G_ENTRY0; ld t1, 0(t0); ori t1, t1, 0x84; sd t1, 0(t0); "
         "hfence.gvma; sret", .vs = {.format = SV39}, .g = {.format = SV39, 0, LEAF_U & ~(PTE_W | PTE_D)},
     .a0 = GUEST_WORD},
    {"M-mode's hfence.gvma after a change of PMP", FENCES, IN_VS,
     .setup = "la t0, 9f; csrw mtvec, t0",
     .code = "ld a0, 0(s0); .word 0xffffffff; fault: ld a0, 0(s0)\n.balign 4; "
         "9: li t0, CASE_DATA >> 2 | 0x1ff; csrw pmpaddr0, t0; li t0, 0x18; csrw pmpcfg0, t0; "
         "hfence.gvma; la t0, trap; csrw mtvec, t0; csrr t0, mepc; addi t0, t0, 4; csrw mepc, t0; "
         "mret", BOTH, .to = IN_M, .cause = 5, .tval = DATA_VA, .inst = 0x3503, .gva = true,
     .qemu = "it calls what PMP refuses under a G-stage a guest-page fault"},
    {"hlv sees what hfence.vvma has made visible", HFENCE, IN_HS,
     .code = "hlv.d a0, (s0); " NEXT_PAGE("VS_ENTRY0") "hfence.vvma; hlv.d a0, (s0)", BOTH,
     .a0 = 0},
    {"hlv has the guest's entries: without a fence it reads what the guest would", FENCES, IN_HS,
     .code = "hlv.d a0, (s0); " NEXT_PAGE("VS_ENTRY0") "hlv.d a0, (s0)", BOTH, .a0 = GUEST_WORD,
     .qemu = OPEN_QUESTION},
    {"MPRV sees guest's and HS-mode's translations of one address apart",
     "Machine Status (mstatus and mstatush) Registers", IN_M,
     .setup = "li t0, SPARE + 0x42 * 8; li t1, 0x200000cf; sd t1, 0(t0); "
         "li t0, 8 << 60 | 1 << 44 | SPARE >> 12; csrw satp, t0\n" NEXT_PAGE("VS_ENTRY0"),
     .code = "li t0, 0x1800; csrc mstatus, t0; li t0, 1 << 39 | 1 << 17 | 0x800; "
         "csrs mstatus, t0; ld a1, 0(s0); li t0, 1 << 39; csrc mstatus, t0; ld a0, 0(s0); "
         "sub a0, a0, a1", BOTH, .a0 = GUEST_WORD},
    {"a change of SPVP is seen at once", "Hypervisor Status (hstatus) Register", IN_HS,
     .code = "hlv.d a0, (s0); li t0, 0x100; csrc hstatus, t0; fault: hlv.d a0, (s0)", BOTH,
     .to = IN_HS, .cause = 13, .tval = DATA_VA, .inst = 0x6c004573, .gva = true,
     .qemu = "hlv finds what it found before"},
    {"a change of vsstatus.SUM is seen at once",
     "Hypervisor Virtual-Machine Load and Store Instructions", IN_HS,
     .setup = "li t0, 1 << 18; csrs vsstatus, t0",
     .code = "hlv.d a0, (s0); li t0, 1 << 18; csrc vsstatus, t0; fault: hlv.d a0, (s0)",
     .vs = {.format = SV39, 0, LEAF_U}, .g = {.format = SV39}, .to = IN_HS, .cause = 13, .tval = DATA_VA,
     .inst = 0x6c004573, .gva = true, .qemu = "hlv finds what it found before"},
    {"a change of sstatus.MXR is seen at once", "Two-Stage Address Translation", IN_HS,
     .setup = "li t0, 1 << 19; csrs sstatus, t0",
     .code = "hlv.d a0, (s0); li t0, 1 << 19; csrc sstatus, t0; fault: hlv.d a0, (s0)",
     .vs = {.format = SV39}, .g = {.format = SV39, 0, LEAF_U & ~(PTE_R | PTE_W | PTE_D)}, .to = IN_HS, .cause = 21,
     .tval = DATA_VA, .gpa = DATA_GPA, .inst = 0x6c004573, .gva = true,
     .qemu = "its MXR is of vsstatus alone, for both stages"},
};
/* clang-format on */

START_TEST(a_fence_orders_what_it_covers)
{
    guest_check(&cases[_i]);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_fence_orders_what_it_covers, 0, COUNT(cases));
}

TEST_MAIN("hypervisor_fences", add_tests)

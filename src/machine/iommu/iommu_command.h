#ifndef MACHINE_IOMMU_IOMMU_COMMAND_H
#define MACHINE_IOMMU_IOMMU_COMMAND_H

#include "machine/iommu/iommu.h"

/* The commands by number, as events have them; 0: none that there is. */
enum iommu_command_number {
    IOMMU_COMMAND_UNKNOWN,
    IOMMU_COMMAND_VMA,
    IOMMU_COMMAND_GVMA,
    IOMMU_COMMAND_FENCE,
    IOMMU_COMMAND_DDT,
    IOMMU_COMMAND_PDT,
    IOMMU_COMMAND_ATS_INVAL,
    IOMMU_COMMAND_ATS_PRGR,
    IOMMU_COMMANDS
};

/* What became of a command. */
enum iommu_done {
    IOMMU_DONE,
    IOMMU_ILLEGAL,     /* cmd_ill becomes 1 */
    IOMMU_NOT_FETCHED, /* memory refused to give it: cqmf becomes 1 */
    IOMMU_NOT_STORED,  /* memory refused the fence's data: cqmf becomes 1 */
    IOMMU_DONES
};

/* Which of the caches. */
enum iommu_cache { IOMMU_TRANSLATIONS, IOMMU_CONTEXTS, IOMMU_CACHES };

extern const char *const iommu_command_names[IOMMU_COMMANDS + 1];
extern const char *const iommu_done_names[IOMMU_DONES + 1];
extern const char *const iommu_cache_names[IOMMU_CACHES + 1];

/* What the two words of a command say; and whether it is one that this IOMMU does. */
enum iommu_command_number iommu_command_number(const uint64_t word[2]);
bool iommu_command_is_legal(const struct iommu *iommu, const uint64_t word[2]);

/* Its operands, as "GV, GSCID 3, ADDR 0x80000000", into `text`; cut to fit. */
void iommu_command_operands(const uint64_t word[2], char *text, size_t room);

/* Software has written cqcsr, which was `old`. */
void iommu_command_control(struct iommu *iommu, uint32_t old);

/* Software has written cqt. */
void iommu_command_doorbell(struct iommu *iommu);

/* The command queue's engine is done. */
void iommu_command_done(struct iommu *iommu);

void iommu_command_reset(struct iommu *iommu);

#endif

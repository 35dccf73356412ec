#ifndef GUEST_INCLUDE_SBI_H
#define GUEST_INCLUDE_SBI_H

/*
 * The Supervisor Binary Interface, version 2.0: what a supervisor asks of the one below it
 * by `ecall`, with the extension in a7, the function in a6 and arguments from a0 on. The
 * answer is an error in a0 and a value in a1. These numbers are used on both sides: by
 * kernels that ask, by the boot shim and the hypervisor that answer.
 */
#define SBI_VERSION_2_0 0x2000000

#define SBI_SUCCESS               0
#define SBI_ERR_FAILED            (-1)
#define SBI_ERR_NOT_SUPPORTED     (-2)
#define SBI_ERR_INVALID_PARAM     (-3)
#define SBI_ERR_DENIED            (-4)
#define SBI_ERR_INVALID_ADDRESS   (-5)
#define SBI_ERR_ALREADY_AVAILABLE (-6)

#define SBI_BASE                 0x10
#define SBI_BASE_SPEC_VERSION    0
#define SBI_BASE_IMPL_ID         1
#define SBI_BASE_IMPL_VERSION    2
#define SBI_BASE_PROBE_EXTENSION 3
#define SBI_BASE_MVENDORID       4
#define SBI_BASE_MARCHID         5
#define SBI_BASE_MIMPID          6

#define SBI_TIME           0x54494d45 /* "TIME" */
#define SBI_TIME_SET_TIMER 0

#define SBI_IPI          0x735049 /* "sPI" */
#define SBI_IPI_SEND_IPI 0

#define SBI_HSM               0x48534d /* "HSM" */
#define SBI_HSM_HART_START    0
#define SBI_HSM_HART_STOP     1
#define SBI_HSM_GET_STATUS    2
#define SBI_HSM_STARTED       0
#define SBI_HSM_STOPPED       1
#define SBI_HSM_START_PENDING 2

#define SBI_SRST                0x53525354 /* "SRST" */
#define SBI_SRST_SYSTEM_RESET   0
#define SBI_SRST_SHUTDOWN       0
#define SBI_SRST_COLD_REBOOT    1
#define SBI_SRST_WARM_REBOOT    2
#define SBI_SRST_NO_REASON      0
#define SBI_SRST_SYSTEM_FAILURE 1

#define SBI_DBCN                    0x4442434e /* "DBCN" */
#define SBI_DBCN_CONSOLE_WRITE      0
#define SBI_DBCN_CONSOLE_READ       1
#define SBI_DBCN_CONSOLE_WRITE_BYTE 2

#endif

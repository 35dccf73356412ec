#ifndef GUEST_LIB_UNSET_H
#define GUEST_LIB_UNSET_H

/* Memory that the start of the program does not clear, since it is written before it is
 * read: clearing megabytes of buffers would take longer than what they are for. */
#define UNSET __attribute__((section(".bss.unset")))

#endif

#ifndef CONTROL_COMMAND_EXIT_H
#define CONTROL_COMMAND_EXIT_H

#include "control/command/command.h"
#include "observe/exits/exits.h"

/*
 * What the rows of exit.c do: VM exits, guests, and interrupts on their way to them.
 *
 *   exit_list.c     info exits, exits --by       exit_why.c      why exit
 *   exit_guest.c    info guests                  exit_follow.c   follow irq
 */
bool exit_info(struct call *call, struct err *err);
bool exit_by(struct call *call, struct err *err);
bool exit_why(struct call *call, struct err *err);
bool exit_guests(struct call *call, struct err *err);
bool exit_follow(struct call *call, struct err *err);

/* When the exit's vm_exit, or the vm_entry that ends it, has just been seen. */
struct moment exit_moment(const struct vm_exit *exit);
struct moment exit_entry_moment(const struct vm_exit *exit);

/* No guest has been left so far: says so. */
bool exit_none(struct call *call);

#endif

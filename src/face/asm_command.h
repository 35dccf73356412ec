#ifndef FACE_ASM_COMMAND_H
#define FACE_ASM_COMMAND_H

/* `ringside asm` and `ringside disasm`: one program at a time, without a machine. */
int command_asm(int argc, char **argv);
int command_disasm(int argc, char **argv);

#endif

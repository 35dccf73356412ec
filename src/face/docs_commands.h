#ifndef FACE_DOCS_COMMANDS_H
#define FACE_DOCS_COMMANDS_H

/* The reference of the command language for `ringside docs`, on standard output. */
void docs_commands(void);

#endif

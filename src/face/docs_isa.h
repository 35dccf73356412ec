#ifndef FACE_DOCS_ISA_H
#define FACE_DOCS_ISA_H

/* Tables for `ringside docs`, on standard output. */
void docs_instructions(void);
void docs_pseudos(void);
void docs_directives(void);
void docs_csrs(void);

#endif

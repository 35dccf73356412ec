#ifndef FACE_DOCS_COMMAND_H
#define FACE_DOCS_COMMAND_H

/*
 * `ringside docs`: prints the tables of the manual from the tables of the program, as
 * Markdown. scripts/docs puts them where they belong.
 */
int command_docs(int argc, char **argv);

#endif

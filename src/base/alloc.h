#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/* Memory is zeroed; running out of it ends the program with a message. */
void *alloc_zero(size_t count, size_t size);
void *alloc_resize(void *had, size_t size);
char *alloc_string(const char *text);

/* Zeroed pages straight from the system, which cost nothing until they are touched. */
void *alloc_pages(size_t bytes);
void free_pages(void *pages, size_t bytes);

#endif

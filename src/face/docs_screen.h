#ifndef FACE_DOCS_SCREEN_H
#define FACE_DOCS_SCREEN_H

/* Tables of the screen as Markdown: its views, layouts and keys. */
void docs_views(void);
void docs_layouts(void);
void docs_keys(void);

#endif

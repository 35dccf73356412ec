#include "control/program.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* --- putting images together --------------------------------------------------------- */

/* Makes room for `size` more bytes of the image's own; segments are told where theirs
 * are now. */
static uint8_t *grow(struct image *image, size_t size)
{
    uint8_t *file = alloc_zero(image->file_size + size + 1, 1);
    uint8_t *end = file + image->file_size;

    if (image->file_size)
        memcpy(file, image->file, image->file_size);
    for (unsigned i = 0; i < image->segments; i++)
        image->segment[i].bytes = file + (image->segment[i].bytes - image->file);
    free(image->file);
    image->file = file;
    image->file_size += size;
    return end;
}

static void add_segment(struct image *image, struct segment segment)
{
    uint8_t *bytes = grow(image, segment.filled);

    if (segment.filled)
        memcpy(bytes, segment.bytes, segment.filled);
    segment.bytes = bytes;
    image->segment =
        alloc_resize(image->segment, (image->segments + 1) * sizeof(*image->segment));
    image->segment[image->segments++] = segment;
}

/* The first program is where harts start. */
static void set_entry(struct image *image, uint64_t entry)
{
    if (image->segments == 0)
        image->entry = entry;
}

static void add_image(struct image *image, const struct image *part)
{
    set_entry(image, part->entry);
    for (unsigned i = 0; i < part->segments; i++)
        add_segment(image, part->segment[i]);
    for (size_t i = 0; i < part->symbols.count; i++)
        symbols_add(&image->symbols, part->symbols.symbol[i]);
    if (!image->tohost) {
        image->tohost = part->tohost;
        image->fromhost = part->fromhost;
    }
}

bool program_file(struct image *image, struct files *files, const char *path,
                  uint64_t raw_base, bool raw, struct err *err)
{
    struct image part = {.name = NULL};
    uint8_t *bytes = NULL;
    size_t size;

    if (raw) {
        if (!files_read(files, path, &bytes, &size, err))
            return false;
        program_bytes(image, raw_base, bytes, size);
        free(bytes);
        return true;
    }
    if (!files_image(files, &part, path, raw_base, err))
        return false;
    if (!part.is_elf) {
        image_release(&part);
        return err_set(err, "'%s' is not an ELF file; raw{...} loads bytes", path);
    }
    add_image(image, &part);
    image_release(&part);
    return true;
}

void program_bytes(struct image *image, uint64_t at, const void *bytes, size_t size)
{
    struct segment segment = {at, size, at, bytes, size, 0};

    set_entry(image, at);
    add_segment(image, segment);
}

/* --- assembly ----------------------------------------------------------------------- */

void assembly_add(struct assembly *assembly, const char *text, size_t size,
                  unsigned first_line, unsigned step)
{
    unsigned line = first_line;

    buf_add(&assembly->text, text, size);
    if (size == 0 || text[size - 1] != '\n')
        buf_char(&assembly->text, '\n');
    for (const char *at = text; at; line += step) {
        if (assembly->lines == assembly->room) {
            assembly->room = assembly->room ? assembly->room * 2 : 256;
            assembly->line =
                alloc_resize(assembly->line, assembly->room * sizeof(*assembly->line));
        }
        assembly->line[assembly->lines++] = line;
        at = memchr(at, '\n', size - (size_t)(at - text));
        if (at && ++at == text + size)
            break;
    }
}

void assembly_release(struct assembly *assembly)
{
    free(assembly->file);
    free(assembly->line);
    buf_free(&assembly->text);
    *assembly = (struct assembly){0};
}

/* The line of the file that a line of the text is. */
static unsigned file_line(const struct assembly *assembly, unsigned line)
{
    return line >= 1 && line <= assembly->lines ? assembly->line[line - 1] : 0;
}

static void take_diagnostics(const struct assembly *assembly,
                             const struct asm_program *program, struct buf *diagnostics)
{
    for (size_t i = 0; i < program->diagnostic_count; i++) {
        struct asm_diagnostic diagnostic = program->diagnostics[i];
        unsigned line = file_line(assembly, diagnostic.line);

        if (line)
            diagnostic.line = line;
        else
            diagnostic.column = 0; /* a definition: no line of the file */
        asm_diagnostic_text(&diagnostic, diagnostics);
    }
}

static void take_symbols(struct image *image, const struct asm_program *program)
{
    for (size_t i = 0; i < program->symbol_count; i++) {
        const struct asm_symbol *from = &program->symbols[i];

        symbols_add(&image->symbols,
                    (struct symbol){.address = from->value,
                                    .size = from->size,
                                    .name = from->name,
                                    .absolute = from->section == ASM_ABSOLUTE,
                                    .global = from->global,
                                    .has_type = from->type != ASM_NOTYPE,
                                    .function = from->type == ASM_FUNCTION});
        if (strcmp(from->name, "tohost") == 0 && !image->tohost)
            image->tohost = from->value;
    }
}

static void take_program(struct image *image, struct lines *lines,
                         const struct assembly *assembly,
                         const struct asm_program *program)
{
    uint32_t file = lines_file(lines, assembly->file);

    set_entry(image, program->entry);
    for (size_t i = 0; i < program->section_count; i++) {
        const struct asm_section *section = &program->sections[i];
        uint64_t filled = section->flags & ASM_NOBITS ? 0 : section->size;

        if (!(section->flags & ASM_ALLOC) || !section->size)
            continue;
        add_segment(image,
                    (struct segment){section->address, section->size, section->address,
                                     section->bytes, filled, 0});
        if (section->flags & ASM_EXEC) /* after the last instruction: no line */
            lines_add(lines,
                      (struct line){section->address + section->size, LINE_NONE, 0});
    }
    take_symbols(image, program);
    for (size_t i = 0; i < program->line_count; i++)
        lines_add(lines, (struct line){program->lines[i].address, file,
                                       file_line(assembly, program->lines[i].line)});
}

bool program_assemble(struct image *image, struct lines *lines,
                      const struct assembly *assembly, struct buf *diagnostics,
                      struct err *err)
{
    struct asm_source source = {.text = buf_str(&assembly->text),
                                .size = assembly->text.size,
                                .file = assembly->file,
                                .first_line = 1};
    struct asm_program program;
    bool ok = asm_assemble(&program, &source, &assembly->layout);

    if (ok) {
        take_program(image, lines, assembly, &program);
    } else {
        take_diagnostics(assembly, &program, diagnostics);
        err_set(err, "%s: %zu error%s in the program", assembly->file,
                program.diagnostic_count, program.diagnostic_count == 1 ? "" : "s");
    }
    asm_free(&program);
    return ok;
}

#ifndef FACE_TUI_CANVAS_GLYPHS_H
#define FACE_TUI_CANVAS_GLYPHS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Every sign on the screen exists in three tiers, one cell each: UTF-8, the glyphs of the
 * Linux console's font (CP437), and ASCII. Views write the UTF-8 sign; the canvas turns
 * it into the sign of its tier.
 */
enum tier { TIER_UTF8, TIER_CONSOLE, TIER_ASCII };

/* How heavy an arm of a wire is: time has three weights everywhere. */
enum weight {
    WEIGHT_NONE,
    WEIGHT_IDLE, /* past, or nothing moves: light */
    WEIGHT_NEXT, /* known, not yet: dashed */
    WEIGHT_NOW   /* heavy */
};

/* The arms of a cell, two bits each. */
enum { ARM_UP = 0, ARM_RIGHT = 2, ARM_DOWN = 4, ARM_LEFT = 6 };

static inline enum weight arm_weight(uint8_t arms, int arm)
{
    return (enum weight)((arms >> arm) & 3);
}

/* The sign of a tier that stands for `glyph`. */
uint32_t glyph_in_tier(uint32_t glyph, enum tier tier);

/* The sign that joins these arms. */
uint32_t glyph_of_arms(uint8_t arms, enum tier tier);

/* The next character of UTF-8 text; moves *text behind it. */
uint32_t glyph_next(const char **text);

/* Columns that a terminal gives a glyph: 1; 2 of wide scripts; 0 of signs that stand on
 * another (Unicode TR 11, as the C library knows it). */
int glyph_width(uint32_t glyph);

/* Writes a glyph as UTF-8; gives its length. */
int glyph_utf8(uint32_t glyph, char text[5]);

#endif

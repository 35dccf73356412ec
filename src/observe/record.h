#ifndef OBSERVE_RECORD_H
#define OBSERVE_RECORD_H

#include "base/err.h"
#include "event/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Events in files, and the digest of a run's events. docs/manual/events.md describes both
 * forms of file.
 */
enum record_form {
    RECORD_BINARY,
    RECORD_LINES /* JSON, one object a line */
};

/* Names of units, as recordings have them. */
extern const char *const event_unit_names[UNIT_COUNT];

/* --- writing ------------------------------------------------------------------------- */

struct recorder {
    FILE *file;
    enum record_form form;
    uint64_t events;         /* so far */
    bool failed;             /* the file could not be written */
    uint64_t cycle, retired; /* of the last event */
    size_t filled;
    unsigned char *bytes;
};

/* The form that a file's name asks for: .jsonl is lines. */
enum record_form record_form(const char *path);

bool recorder_open(struct recorder *recorder, const char *path, enum record_form form,
                   struct err *err);

/* Takes an event: what a recorder listens with. */
void recorder_take(void *recorder, const struct event *event);

/* Writes what is left. False: some of it could not be written. */
bool recorder_close(struct recorder *recorder, struct err *err);

/* One event as a JSON object without a line end. `text` holds EVENT_TEXT bytes; gives the
 * length. */
enum { EVENT_TEXT = 1024 };
size_t event_json(char *text, const struct event *event);

/* --- reading ------------------------------------------------------------------------- */

/* A field as a recording describes it: a recording of another version may have others. */
struct recorded_field {
    char name[32], unit[16];
    uint8_t size;
};

enum { RECORDED_FIELDS = 48, RECORD_VERSION = 1 };

extern const char record_magic[8];

struct recorded_kind {
    char name[32];
    unsigned fields;
    struct recorded_field field[RECORDED_FIELDS];
};

/* An event as it was recorded. */
struct recorded {
    uint64_t retired, cycle;
    uint32_t order;
    uint8_t kind, board;
    uint64_t value[RECORDED_FIELDS];
};

struct recording {
    FILE *file;
    const char *path;
    unsigned kinds;
    struct recorded_kind *kind;
    uint64_t retired, cycle; /* of the last event: the next one's are told from there */
};

bool recording_open(struct recording *recording, const char *path, struct err *err);

/* False at the end, or with *err set where the file is damaged. */
bool recording_next(struct recording *recording, struct recorded *event,
                    struct err *err);
void recording_close(struct recording *recording);

/* --- digest -------------------------------------------------------------------------- */

/* The digest of all events in order: XXH3 of their fields. */
struct event_digest {
    void *hash;
    size_t filled;
    unsigned char bytes[8192];
};

void event_digest_begin(struct event_digest *digest);
void event_digest_take(void *digest, const struct event *event);
uint64_t event_digest_end(struct event_digest *digest);

#endif

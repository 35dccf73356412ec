#include "control/archiving.h"

#include "base/alloc.h"
#include "base/version.h"
#include "observe/record/scribe.h"

#include <stdlib.h>
#include <string.h>

void session_about(const struct session *session, struct about *about)
{
    const struct subject *subject = &session->subject;
    const struct scenario *scenario = subject->scenario;

    *about = (struct about){.interval = SCRIBE_INTERVAL};
    about->program = alloc_string("ringside " RINGSIDE_VERSION);
    about->opened = alloc_string(subject->file);
    about->title = alloc_string(subject->title);
    about->setting = alloc_zero(SCENARIO_PARAMETERS, sizeof(char *));
    if (!scenario)
        return;
    about->variant = alloc_string(scenario->variant[subject->trial.variant].name);
    for (unsigned i = 0; i < scenario->parameters; i++) {
        struct buf text = {0};

        if (!scenario->parameter[i].given)
            continue;
        parameter_put(&text, &scenario->parameter[i]);
        about->setting[about->settings++] = text.data;
    }
}

static bool write_places(struct archive *archive, const struct subject *subject,
                         struct err *err)
{
    bool ok = about_write_symbols(archive, subject->symbols, err) &&
              about_write_lines(archive, subject->lines, err);

    for (unsigned i = 0; i < subject->sources && ok; i++)
        ok = about_write_source(archive, subject->source[i].file,
                                subject->source[i].text, err);
    for (unsigned i = 0; i < subject->regions && ok; i++)
        ok = about_write_region(archive, subject->region[i].name,
                                subject->region[i].base, subject->region[i].size, err);
    return ok;
}

static bool write_files(struct archive *archive, const struct files *files,
                        struct err *err)
{
    bool ok = true;

    for (size_t i = 0; i < files->count && ok; i++)
        ok = about_write_file(archive, files->file[i].path, files->file[i].bytes,
                              files->file[i].size, err);
    return ok;
}

bool archive_session(struct archive *archive, const struct session *session,
                     const struct archiving *what, struct err *err)
{
    bool within = archive->in_transaction; /* of the caller's */
    struct about about;
    bool ok;

    session_about(session, &about);
    about.events = what->events;
    about.instructions = what->instructions;
    ok = archive_begin(archive, err) && about_write(archive, &about, err) &&
         (!what->events || (about_write_machine(archive, session->run, err) &&
                            write_places(archive, &session->subject, err))) &&
         (!what->files || write_files(archive, &session->subject.files, err)) &&
         (within || archive_commit(archive, err));
    about_release(&about);
    archive->narrator = session->narrator;
    return ok;
}

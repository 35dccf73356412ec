#include "control/sweep.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static struct sweep *find(struct sweeps *sweeps, const char *name)
{
    for (unsigned i = 0; i < sweeps->count; i++)
        if (strcmp(sweeps->sweep[i].name, name) == 0)
            return &sweeps->sweep[i];
    return NULL;
}

static bool check_points(const struct sweeps *sweeps, struct err *err)
{
    return sweeps_points(sweeps) <= SWEEP_POINTS ||
           err_set(err, "a sweep over more than %d points", SWEEP_POINTS);
}

bool sweeps_add_value(struct sweeps *sweeps, const char *name, const char *value,
                      struct err *err)
{
    struct sweep *sweep = find(sweeps, name);

    if (strlen(name) >= sizeof(sweep->name))
        return err_set(err, "'%s' is no parameter", name);
    if (!sweep && sweeps->count == SWEEPS)
        return err_set(err, "a sweep over more than %d parameters", SWEEPS);
    if (!sweep) {
        sweep = &sweeps->sweep[sweeps->count++];
        *sweep = (struct sweep){.values = 0};
        strcpy(sweep->name, name);
    }
    if (sweep->values == SWEEP_VALUES)
        return err_set(err, "a sweep over more than %d values of %s", SWEEP_VALUES,
                       name);
    sweep->value[sweep->values++] = alloc_string(value);
    return check_points(sweeps, err);
}

bool sweeps_add(struct sweeps *sweeps, const char *text, struct err *err)
{
    const char *equals = strchr(text, '=');
    char *name, *value, *next;
    bool ok = true;

    if (!equals || equals == text || !equals[1])
        return err_set(err, "'%s' is no sweep: name=value,value,...", text);
    name = alloc_string(text);
    name[equals - text] = '\0';
    if (find(sweeps, name))
        ok = err_set(err, "%s is swept twice", name);
    for (value = name + (equals - text) + 1; ok && value; value = next) {
        next = strchr(value, ',');
        if (next)
            *next++ = '\0';
        ok = sweeps_add_value(sweeps, name, value, err);
    }
    free(name);
    return ok;
}

unsigned sweeps_points(const struct sweeps *sweeps)
{
    unsigned points = 1;

    for (unsigned i = 0; i < sweeps->count; i++)
        points *= sweeps->sweep[i].values;
    return points;
}

const char *sweeps_value(const struct sweeps *sweeps, unsigned point, unsigned n)
{
    for (unsigned i = sweeps->count; --i > n;)
        point /= sweeps->sweep[i].values;
    return sweeps->sweep[n].value[point % sweeps->sweep[n].values];
}

void sweeps_release(struct sweeps *sweeps)
{
    for (unsigned i = 0; i < sweeps->count; i++)
        for (unsigned v = 0; v < sweeps->sweep[i].values; v++)
            free(sweeps->sweep[i].value[v]);
    *sweeps = (struct sweeps){0};
}

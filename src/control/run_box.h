#ifndef CONTROL_RUN_BOX_H
#define CONTROL_RUN_BOX_H

#include "control/answerer.h"
#include "control/trial_state.h"

#include <lua.h>

/*
 * The object that scripts call `run`, for the files that give it methods: run_lua.c (what
 * it is, and what it can be asked), run_lua_act.c (what callbacks do with it),
 * run_lua_command.c (commands).
 */
#define RUN_TYPE "ringside run"

struct callbacks;

/* The userdata; its user value is the table of its fields. */
struct run_box {
    struct trial *trial;         /* NULL: the machine is gone */
    struct callbacks *callbacks; /* NULL: the run is over */
    const struct scenario *scenario;
    unsigned variant;
    void *session; /* that answers commands about a run that is over; NULL: none yet */
};

/* The first argument, a run; its trial: an error if the machine is gone. */
struct run_box *run_check_box(lua_State *lua);
struct trial *run_check_trial(lua_State *lua);

/* An argument: a number, or "symbol+8". */
uint64_t run_check_address(lua_State *lua, int argument, const struct trial *trial);

/* Methods. */
int run_do_poke(lua_State *lua);
int run_do_type(lua_State *lua);
int run_do_set(lua_State *lua);
int run_do_command(lua_State *lua);

/* Ends what commands have opened. */
void run_close_session(struct run_box *box);

#endif

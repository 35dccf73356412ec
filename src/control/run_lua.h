#ifndef CONTROL_RUN_LUA_H
#define CONTROL_RUN_LUA_H

#include "control/trial_state.h"

#include <lua.h>

/*
 * The object that checks are given: a run that is over. Its fields (variant, metrics, ...)
 * stay; what is asked of the machine itself can be asked until the trial ends.
 */

/* Pushes the object for a trial that has been measured. In a protected call. */
void run_push(lua_State *lua, struct trial *trial);

/* Pushes the object for callbacks of a run that begins. In a protected call. */
struct callbacks;
void run_push_acting(lua_State *lua, struct trial *trial, struct callbacks *callbacks);

/* The machine of the object on that index is gone. */
void run_forget(lua_State *lua, int index);

#endif

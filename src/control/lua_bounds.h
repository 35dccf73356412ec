#ifndef CONTROL_LUA_BOUNDS_H
#define CONTROL_LUA_BOUNDS_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a script may use of the host, and the counting of it. */
struct sandbox_limits {
    size_t bytes;
    uint64_t instructions; /* of all calls together */
};

extern const struct sandbox_limits sandbox_usual_limits;

struct sandbox {
    lua_State *lua;
    struct sandbox_limits limits;
    size_t bytes;   /* in use */
    bool inside;    /* a script runs: the limits hold for it, not for its host */
    uint64_t spent; /* instructions, counted in steps of the hook */
    char name[256]; /* of the file: what errors without a line begin with */
    void *owner;    /* for C functions: sandbox_of(L)->owner */
    /* Takes each line that the script prints. NULL: they go to standard error. */
    void (*print)(void *ctx, const char *line);
    void *print_ctx;
};

/* The sandbox that a state belongs to. */
struct sandbox *sandbox_of(lua_State *lua);

/* For C functions that work as long as n instructions: an error if that is too much. */
void sandbox_charge(lua_State *lua, uint64_t n);

/* Lua's allocator, with the sandbox as its context; counts bytes. */
void *sandbox_allocate(void *sandbox, void *had, size_t had_size, size_t size);

/* Starts to count a state's instructions. */
void sandbox_count(lua_State *lua);

#endif

/* Lua for files that somebody else wrote: what it can do, and what it cannot. */
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "base/buf.h"
#include "control/lua_sandbox.h"

#include <lauxlib.h>
#include <string.h>

static void collect(void *ctx, const char *line)
{
    buf_text(ctx, line);
    buf_char(ctx, '\n');
}

/* Runs a script; gives what it printed, or "error: " and its error. */
static void run(const char *script, const struct sandbox_limits *limits,
                struct buf *printed)
{
    struct sandbox *sandbox = sandbox_new(limits);
    struct err err = {0};

    ck_assert_ptr_nonnull(sandbox);
    sandbox->print = collect;
    sandbox->print_ctx = printed;
    if (!sandbox_load(sandbox, "script.lua", script, strlen(script), &err) ||
        !sandbox_call(sandbox, 0, 0, &err)) {
        buf_clear(printed);
        buf_printf(printed, "error: %s", err.text);
    }
    ck_assert_int_eq(lua_gettop(sandbox->lua), 0);
    sandbox_free(sandbox);
}

static const struct {
    const char *script, *prints;
} scripts[] = {
    {"print(1, 'a', true, nil)", "1\ta\ttrue\tnil\n"},
    {"print(io, os, package, debug, require, dofile, loadfile, collectgarbage)",
     "nil\tnil\tnil\tnil\tnil\tnil\tnil\tnil\n"},
    {"print(string.dump, warn)", "nil\tnil\n"},
    {"print({}, print, coroutine.create(print))", "table\tfunction\tthread\n"},
    {"print(string.format('%s|%5s|%d|%%p', {}, 'x', 3))", "table|    x|3|%p\n"},
    {"print(('%s'):format(print))", "function\n"},
    {"print(setmetatable({}, {__tostring = function() return 'mine' end}))", "mine\n"},
    {"for k, v in pairs{b = 1, a = 2, [3] = 3, [1] = 4, [2.5] = 5, [true] = 6, "
     "[false] = 7} do print(k, v) end",
     "1\t4\n2.5\t5\n3\t3\na\t2\nb\t1\nfalse\t7\ntrue\t6\n"},
    {"local t = {x = 1, y = 2, z = 3} for k in pairs(t) do t[k] = nil end "
     "print(next(t))",
     "nil\n"},
    {"local t = {1, 2, 3} for k in pairs(t) do t[3] = nil print(k) end", "1\n2\n"},
    {"local t = {c = 1, a = 2, b = 3} print(next(t)) print(next(t, 'a')) "
     "print(next(t, 'aa')) print(next(t, 'c'))",
     "a\t2\nb\t3\nb\t3\nnil\n"},
    {"for k, v in pairs(setmetatable({}, {__pairs = function(t) "
     "return function(_, k) if not k then return 1, 'own' end end, t end})) do "
     "print(k, v) end",
     "1\town\n"},
    {"print(load('return 1 + 1')())", "2\n"},
    {"print(load('return x', 'chunk', 'bt', {x = 5})())", "5\n"},
    {"print(load('\\27Lua'))", "nil\tattempt to load a binary chunk (mode is 't')\n"},
    {"print(pcall(error, 'no'))", "false\tno\n"},
    {"print(#utf8.char(228), math.type(1), table.concat({1, 2}, ','))",
     "2\tinteger\t1,2\n"},
    {"local t = {1, 2} table.insert(t, 1, 0) table.insert(t, 3) "
     "print(table.remove(t, 1), table.remove(t), table.concat(t), "
     "table.concat(table.move({1, 2, 3}, 2, 3, 1)))",
     "0\t3\t12\t233\n"},
    {"local co = coroutine.wrap(function() coroutine.yield(1) end) print(co())", "1\n"},
};

static const struct {
    const char *script, *error;
} failures[] = {
    {"print(1", "script.lua:1: ')' expected near <eof>"},
    {"\n\nlocal x = nil + 1",
     "script.lua:3: attempt to perform arithmetic on a nil value"},
    {"error({})", "script.lua: the script has failed with a table as its error"},
    {"error('mine', 0)", "mine"},
    {"string.format('%p', {})",
     "script.lua:1: %p is not available: there are no addresses"},
    {"('%-5p'):format(1)", "script.lua:1: %p is not available: there are no addresses"},
    {"for k in pairs{[print] = 1} do end",
     "script.lua:1: a key that is a function has no order: next and pairs refuse it"},
    {"next{[{}] = 1}",
     "script.lua:1: a key that is a table has no order: next and pairs refuse it"},
    {"setmetatable({}, {__gc = print})",
     "script.lua:1: __gc is not available: when memory is collected is not seen"},
    {"setmetatable({}, {__mode = 'k'})",
     "script.lua:1: __mode is not available: when memory is collected is not seen"},
    {"math.randomseed()",
     "script.lua:1: bad argument #1 to 'randomseed' (number expected, got no value)"},
    {"\033Lua", "script.lua: this is Lua's bytecode; only text is read"},
    {"load(string.char(27) .. 'Lua')()", "script.lua:1: attempt to call a nil value"},
};

START_TEST(scripts_see_what_they_may_see)
{
    struct buf printed = {0};

    run(scripts[_i].script, &sandbox_usual_limits, &printed);
    ck_assert_str_eq(buf_str(&printed), scripts[_i].prints);
    buf_free(&printed);
}
END_TEST

START_TEST(mistakes_are_told_with_file_and_line)
{
    struct buf printed = {0};

    run(failures[_i].script, &sandbox_usual_limits, &printed);
    ck_assert_str_eq(buf_str(&printed) + strlen("error: "), failures[_i].error);
    buf_free(&printed);
}
END_TEST

START_TEST(chance_is_the_same_in_every_run)
{
    struct buf first = {0}, second = {0};
    const char *script = "for i = 1, 20 do print(math.random(1000000)) end "
                         "math.randomseed(7) print(math.random())";

    run(script, &sandbox_usual_limits, &first);
    run(script, &sandbox_usual_limits, &second);
    ck_assert_uint_gt(first.size, 60);
    ck_assert_str_eq(first.data, second.data);
    buf_free(&first);
    buf_free(&second);
}
END_TEST

static const char *const endless[] = {
    "while true do end",
    "while true do pcall(function() while true do end end) end",
    "local function f() pcall(f) return f() end f()",
    "while true do coroutine.wrap(function() while true do end end)() end",
    "while true do pcall(coroutine.wrap(function() while true do end end)) end",
    ("local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) "
     "while true do pcall(function() return t[1] end) end"),
    "local t = {} for i = 1, 10000 do t[i] = i end while true do next(t) end",
    "while true do for k in pairs{1, 2, 3} do end end",
    "load(function() while true do end end)",
    ("local mt = {} coroutine.wrap(function() local x <close> = setmetatable({}, mt) "
     "end) mt.__close = function() while true do end end "
     "coroutine.wrap(function() local x <close> = setmetatable({}, mt) "
     "while true do end end)()"),
    "xpcall(function() while true do end end, function() while true do end end)",
    "table.sort({3, 2, 1}, function() while true do end end)",
    "string.gsub('aaa', 'a', function() while true do end end)",
    "table.move({}, 1, 1 << 60, 2)",
    "table.insert(setmetatable({}, {__len = function() return 1 << 60 end}), 1, 0)",
    "table.remove(setmetatable({}, {__len = function() return 1 << 60 end}), 1)",
};

START_TEST(no_script_runs_for_ever)
{
    struct sandbox_limits few = {.bytes = 1 << 20, .instructions = 100000};
    struct buf printed = {0};

    run(endless[_i], &few, &printed);
    ck_assert_ptr_nonnull(
        strstr(buf_str(&printed), "has run for more than 100000 instructions"));
    ck_assert_ptr_nonnull(strstr(buf_str(&printed), "script.lua:"));
    buf_free(&printed);
}
END_TEST

static const char *const greedy[] = {
    "local t = {} while true do t[#t + 1] = {} end",
    "local s = 'x' while true do s = s .. s end",
    "string.rep('x', 1 << 40)",
    "string.rep('x', 1 << 24)",
    "local t = {} for i = 1, 1 << 30 do t[i] = i end",
    ("table.concat(setmetatable({}, {__len = function() return 1 << 22 end, "
     "__index = function() return 'xxxxxxxxxxxxxxxx' end}))"),
};

START_TEST(limits_are_told_with_the_name_of_the_file)
{
    struct sandbox_limits few = {.bytes = 1 << 20, .instructions = 100000};
    struct buf printed = {0};

    run("\n\nwhile true do end", &few, &printed);
    ck_assert_str_eq(buf_str(&printed), "error: script.lua:3: the script has run for "
                                        "more than 100000 instructions");
    buf_clear(&printed);
    run("local t = {} for i = 1, 1 << 30 do t[i] = i end", &few, &printed);
    ck_assert_str_eq(buf_str(&printed), "error: script.lua: not enough memory: the "
                                        "script needs more than 1024 KiB");
    buf_free(&printed);
}
END_TEST

START_TEST(no_script_takes_all_memory)
{
    struct sandbox_limits little = {.bytes = 1 << 20, .instructions = 100000000};
    struct buf printed = {0};

    run(greedy[_i], &little, &printed);
    ck_assert_msg(strstr(buf_str(&printed), "not enough memory") ||
                      strstr(buf_str(&printed), "too large"),
                  "%s", buf_str(&printed));
    buf_free(&printed);
}
END_TEST

START_TEST(deep_recursion_is_an_error)
{
    struct buf printed = {0};

    run("local function f() return 1 + f() end f()", &sandbox_usual_limits, &printed);
    ck_assert_msg(strstr(buf_str(&printed), "stack overflow") ||
                      strstr(buf_str(&printed), "not enough memory"),
                  "%s", buf_str(&printed));
    buf_clear(&printed);
    run("local s = 'return ' .. string.rep('(', 5000) assert(load(s))",
        &sandbox_usual_limits, &printed);
    ck_assert_ptr_nonnull(strstr(buf_str(&printed), "error: "));
    buf_free(&printed);
}
END_TEST

START_TEST(a_host_can_use_a_sandbox_that_is_full)
{
    struct sandbox_limits little = {.bytes = 100000, .instructions = 10000000};
    struct sandbox *sandbox = sandbox_new(&little);
    const char *script = "keep = {} while true do keep[#keep + 1] = {} end";
    struct err err = {0};

    ck_assert(sandbox_load(sandbox, "s", script, strlen(script), &err));
    ck_assert(!sandbox_call(sandbox, 0, 0, &err));
    lua_createtable(sandbox->lua, 1000, 0);
    lua_setglobal(sandbox->lua, "a name that is not interned yet");
    ck_assert_uint_gt(sandbox->bytes, 16000);
    sandbox_free(sandbox);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, scripts_see_what_they_may_see, 0, COUNT(scripts));
    tcase_add_loop_test(tcase, mistakes_are_told_with_file_and_line, 0,
                        COUNT(failures));
    tcase_add_test(tcase, chance_is_the_same_in_every_run);
    tcase_add_loop_test(tcase, no_script_runs_for_ever, 0, COUNT(endless));
    tcase_add_loop_test(tcase, no_script_takes_all_memory, 0, COUNT(greedy));
    tcase_add_test(tcase, limits_are_told_with_the_name_of_the_file);
    tcase_add_test(tcase, deep_recursion_is_an_error);
    tcase_add_test(tcase, a_host_can_use_a_sandbox_that_is_full);
}

TEST_MAIN("sandbox", add_tests)

#ifndef TESTS_LIB_SUITE_H
#define TESTS_LIB_SUITE_H

#include "tests/lib/stress.h"

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>

/*
 * A test program is one suite: `static void add_tests(TCase *tcase)` adds its tests and
 * TEST_MAIN runs them. Check's summary line is the last thing it prints.
 */
#define TEST_MAIN_WITH(name, add_tests, add_more)                                      \
    int main(void)                                                                     \
    {                                                                                  \
        Suite *suite = suite_create(name);                                             \
        TCase *tcase = tcase_create("all");                                            \
        SRunner *runner;                                                               \
        int failed;                                                                    \
                                                                                       \
        tcase_set_timeout(tcase, 120);                                                 \
        add_tests(tcase);                                                              \
        suite_add_tcase(suite, tcase);                                                 \
        add_more(suite);                                                               \
        stress_begin(suite);                                                           \
        runner = srunner_create(suite);                                                \
        srunner_run_all(runner, CK_ENV);                                               \
        failed = srunner_ntests_failed(runner);                                        \
        srunner_free(runner);                                                          \
        return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                   \
    }

#define TEST_MAIN(name, add_tests) TEST_MAIN_WITH(name, add_tests, (void))

/*
 * The same for a suite about harts: all of its tests are run twice, on harts without the
 * hypervisor extension and on harts with it. What a test makes asks suite_hypervisor.
 */
extern bool suite_hypervisor;

void suite_without_hypervisor(void);
void suite_with_hypervisor(void);

#define TEST_MAIN_BOTH(name, add_tests)                                                \
    static void add_both(TCase *with)                                                  \
    {                                                                                  \
        tcase_add_checked_fixture(with, suite_with_hypervisor, NULL);                  \
        add_tests(with);                                                               \
    }                                                                                  \
                                                                                       \
    static void add_without(Suite *suite)                                              \
    {                                                                                  \
        TCase *without = tcase_create("without the hypervisor extension");             \
                                                                                       \
        tcase_set_timeout(without, 120);                                               \
        tcase_add_checked_fixture(without, suite_without_hypervisor, NULL);            \
        add_tests(without);                                                            \
        suite_add_tcase(suite, without);                                               \
    }                                                                                  \
                                                                                       \
    TEST_MAIN_WITH(name, add_both, add_without)

#endif

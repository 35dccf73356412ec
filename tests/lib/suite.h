#ifndef TESTS_LIB_SUITE_H
#define TESTS_LIB_SUITE_H

#include "tests/lib/stress.h"

#include <check.h>
#include <stdlib.h>

/*
 * A test program is one suite: `static void add_tests(TCase *tcase)` adds its tests and
 * TEST_MAIN runs them. Check's summary line is the last thing it prints.
 */
#define TEST_MAIN(name, add_tests)                                                     \
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
        stress_begin(suite);                                                           \
        runner = srunner_create(suite);                                                \
        srunner_run_all(runner, CK_ENV);                                               \
        failed = srunner_ntests_failed(runner);                                        \
        srunner_free(runner);                                                          \
        return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                   \
    }

#endif

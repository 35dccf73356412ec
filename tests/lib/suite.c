#include "tests/lib/suite.h"

bool suite_hypervisor;

void suite_without_hypervisor(void)
{
    suite_hypervisor = false;
}

void suite_with_hypervisor(void)
{
    suite_hypervisor = true;
}

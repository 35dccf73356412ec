#include "tests/differential/generate.h"

void generate_page(struct sequence *seq)
{
    generate_compute(seq);
}

void generate_pmp(struct sequence *seq)
{
    generate_compute(seq);
}

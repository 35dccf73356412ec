/*
 * Included before everything else (-include): what these programs declare is in the same
 * program, always. So it is found relative to the pc, without a table of addresses between.
 */
#pragma GCC visibility push(hidden)

"""Pure values: no clock, no I/O, no randomness."""

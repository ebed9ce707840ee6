"""Methods beside published code: a small problem that both run, and what the published code made of it."""

"""Benchmarks: each figure against an alternative, in the same run, as a ratio."""

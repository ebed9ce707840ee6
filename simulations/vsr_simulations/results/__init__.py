"""`docs/results.md`: what was measured on real voices, written from the studies' own files by one command."""

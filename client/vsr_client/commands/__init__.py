"""Commands of `vsr`: thin edges, each a few lines around what does the work."""

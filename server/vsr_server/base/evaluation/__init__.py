"""How good a base is on people it never heard, and what stands beside it."""

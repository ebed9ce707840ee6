"""Learning as pure functions over named arrays."""

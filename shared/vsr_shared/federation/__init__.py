"""What travels in a round and what happens to it on the way."""

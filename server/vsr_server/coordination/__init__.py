"""Rounds: who is asked, what is summed, what is kept, whatever dies in between."""

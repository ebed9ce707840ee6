"""Flower's SuperLink as the server uses it: a child process, a run's task, one exchange."""

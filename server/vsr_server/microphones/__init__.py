"""Simulated microphones: how people's own equipment would have heard a voice."""

"""Differential privacy: clipping, noise that the machines add together, and what it comes to over a life."""

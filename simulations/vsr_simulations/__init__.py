"""Simulations: voices, corpora and whole deployments on one machine, with the code that ships."""

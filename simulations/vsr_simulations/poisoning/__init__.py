"""Machines that lie in a federation, and what keeps the common model from them: for simulations alone."""

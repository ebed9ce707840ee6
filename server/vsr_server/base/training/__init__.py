"""Computing a base: recipe, batches, phases, averaging, calibration, the file."""

"""Making a base the one that everybody starts from."""

"""Training a base model on corpora of voices, and saying honestly how good it is."""

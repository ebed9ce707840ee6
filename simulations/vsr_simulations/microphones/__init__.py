"""The domain shift: what a model from the laboratory is worth on people's own microphones, and what learning gives."""

"""What may do a person good: a reviewed catalogue, and which of it fits the last days. Pure."""

"""The client: predicts, personalises and takes part in rounds on a person's own machine."""

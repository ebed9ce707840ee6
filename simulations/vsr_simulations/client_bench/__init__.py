"""How quick the app is: its start, a prediction alone and during training, and after a month of use."""

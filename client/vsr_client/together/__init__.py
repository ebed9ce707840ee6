"""Taking part in a federation from the app: by invitation, with a sealed record of everything that left."""

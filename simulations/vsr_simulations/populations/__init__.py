"""Who is simulated: real speakers whom the base never heard, generated voices, and how their clips are shared out."""

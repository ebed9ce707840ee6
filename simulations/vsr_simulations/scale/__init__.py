"""How the engine grows: users, time, memory, and how near it comes to what the cores can multiply."""

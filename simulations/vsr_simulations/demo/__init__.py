"""A whole deployment on one machine: a server, several people's machines as processes of their own, real audio."""

"""The server: enrols machines and coordinates rounds; it never sees a voice or a label."""

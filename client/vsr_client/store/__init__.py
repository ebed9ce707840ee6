"""What the client keeps at rest, everything personal encrypted."""

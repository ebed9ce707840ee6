"""What a deployment in containers needs before its first start."""

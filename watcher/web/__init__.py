"""What the service shows on its web port."""

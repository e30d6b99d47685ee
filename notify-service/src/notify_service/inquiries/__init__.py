"""What citizens send, and what it asks."""

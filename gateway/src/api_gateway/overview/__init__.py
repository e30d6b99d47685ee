"""What the services know of one card, gathered."""

"""What waits for a decision of whoever has signed in, over the services."""

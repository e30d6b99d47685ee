"""Business days of outlets and their totals."""

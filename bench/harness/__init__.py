"""What the figures share: a stack of their own, load, CPU and the report."""

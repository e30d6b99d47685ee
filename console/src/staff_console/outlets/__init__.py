"""The desk of outlets: which there are, how each does, and stopping one and letting it sell again."""

"""A card as all services see it, what happened to it, and blocking it."""

"""What supply-service keeps of cards and households, from the events of card-service."""

TABLES = ("card", "household", "pot")

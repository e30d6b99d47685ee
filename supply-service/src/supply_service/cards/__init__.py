"""What supply-service keeps of cards and households, from the events of card-service."""

TABLES = ("card", "card_span", "credential_keys", "grant_pot", "household", "listed_household", "pot")
FUNCTIONS = ("end_grant_pot", "end_pot")

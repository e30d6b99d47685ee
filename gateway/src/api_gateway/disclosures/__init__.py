"""Which offices have seen a citizen's data, gathered from all services, and a copy of all that is held."""

TABLES = ("disclosure_delay",)
KEPT = ("disclosure_delay",)
FUNCTIONS = ("end_disclosure_delay",)

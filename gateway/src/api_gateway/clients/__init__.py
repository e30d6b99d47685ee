"""API clients: ministry systems, counters, providers."""

TABLES = ("api_client", "superseded_secret")

"""API clients: ministry systems, counters, providers."""

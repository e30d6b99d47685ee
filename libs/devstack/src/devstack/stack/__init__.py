"""The whole system on one machine without Docker: engines, services, edge, watched by one supervisor."""

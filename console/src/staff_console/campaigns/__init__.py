"""Campaigns of messages to citizens: their texts, drafts, dry runs, starts by two persons, how far each has come."""

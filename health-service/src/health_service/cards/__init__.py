"""Copies of cards, citizens and households, kept from card-service's events."""

TABLES = ("card", "citizen", "household", "member", "trial_household")

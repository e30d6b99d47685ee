"""Unified Card: the card service. Citizens, households, cards, their distribution and the roll-out."""

from pathlib import Path

MIGRATIONS = Path(__file__).parents[2] / "migrations"
POLICIES = Path(__file__).parents[2] / "policies"

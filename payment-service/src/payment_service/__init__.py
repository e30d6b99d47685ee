"""Unified Card: the payment service."""

from pathlib import Path

MIGRATIONS = Path(__file__).parents[2] / "migrations"
POLICIES = Path(__file__).parents[2] / "policies"

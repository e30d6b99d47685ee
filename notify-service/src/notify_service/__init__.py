"""Unified Card: the notify service."""

from pathlib import Path

MIGRATIONS = Path(__file__).parents[2] / "migrations"
POLICIES = Path(__file__).parents[2] / "policies"

FUNCTIONS = ("end_debit_day",)

"""Unified Card: the notify service."""

from pathlib import Path

MIGRATIONS = Path(__file__).parents[2] / "migrations"
POLICIES = Path(__file__).parents[2] / "policies"

TABLES = ("message", "send_pace")
SEQUENCES = ("message_posting",)
FUNCTIONS = ("end_debit_day", "end_message")

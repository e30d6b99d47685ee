"""Unified Card: the notify service."""

from pathlib import Path

MIGRATIONS = Path(__file__).parents[2] / "migrations"

TABLES = ("message", "send_pace")

"""Unified Card: the console, the pages that people work with."""

from pathlib import Path

MIGRATIONS = Path(__file__).parents[2] / "migrations"

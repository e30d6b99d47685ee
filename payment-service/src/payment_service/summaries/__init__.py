"""Whose cards paid on a day, told to whoever judges the roll-out."""

TABLES = ("day_summary",)

"""Likely duplicates: citizens who may be one person registered twice, found by a job, decided by a person."""

TABLES = ("duplicate", "duplicate_cursor")
KEPT = ("duplicate",)

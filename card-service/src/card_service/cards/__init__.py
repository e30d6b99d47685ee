"""Cards: their life cycle, number, PIN and credential."""

TABLES = ("card", "pin_envelope", "pin_failure")

"""Cards: their life cycle, number, PIN and credential."""

TABLES = ("card", "card_step", "pin_envelope", "pin_failure")
APPEND_ONLY = ("card_step",)

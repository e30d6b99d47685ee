"""Trials on sample units: test households and their cards, chosen places, and a script of checks with its outcome."""

TABLES = ("trial", "trial_check", "trial_number", "trial_place", "trial_unit")
KEPT = ("trial", "trial_check", "trial_place", "trial_unit")

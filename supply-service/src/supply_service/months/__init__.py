"""Households' months: sizes as the register tells them, opening all months at once, correcting opened ones."""

TABLES = ("death", "drawn_after_death", "household_size", "pot_correction", "sizes_since")
APPEND_ONLY = ("drawn_after_death", "pot_correction")

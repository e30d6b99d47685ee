"""Households' months: sizes as the register tells them, opening all months at once, correcting opened ones."""

TABLES = (
    "death",
    "drawn_after_death",
    "household_size",
    "month_opening",
    "pot_correction",
    "sizes_since",
    "unused_search",
)
APPEND_ONLY = ("drawn_after_death", "pot_correction")
FUNCTIONS = ("end_death", "end_drawn_after_death", "end_pot_correction")

"""Households' choices of flour instead of bread: entered by an office for a month to come, and withdrawn."""

TABLES = ("flour_choice",)
KEPT = ("flour_choice",)
FUNCTIONS = ("end_flour_choice",)

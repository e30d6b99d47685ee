"""Numbers that are missing in terminals' chains: sales that were signed and never uploaded, and who goes after them."""

TABLES = ("offline_gap",)

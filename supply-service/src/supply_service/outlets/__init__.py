"""Outlets and the terminals that stand in them."""

TABLES = ("change_counter", "outlet", "suspension", "terminal")
KEPT = ("suspension",)

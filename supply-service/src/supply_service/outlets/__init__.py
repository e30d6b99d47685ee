"""Outlets and the terminals that stand in them."""

TABLES = ("outlet",)

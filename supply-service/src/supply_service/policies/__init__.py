"""Dated policies and the catalogue: every figure of a rule, with its source."""

TABLES = ("catalogue_item",)

"""Providers of care and the terminals that stand in them."""

TABLES = ("clinic_terminal", "provider")

"""Providers of care and the terminals that stand in them."""

"""Tokens: who gets one, and the keys that sign them."""

TABLES = ("signing_key", "used_assertion")

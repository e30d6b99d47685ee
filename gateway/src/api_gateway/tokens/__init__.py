"""Tokens: who gets one, and the keys that sign them."""

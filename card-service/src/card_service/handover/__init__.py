"""Giving cards to their holders, many in one transaction, and to proxies where a mandate says so."""

TABLES = ("card_collection",)
APPEND_ONLY = ("card_collection",)

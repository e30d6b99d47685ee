"""What stands in dispute of sales without a network: outlets' claims, their evidence, and what becomes of them."""

TABLES = ("dispute_decision",)
APPEND_ONLY = ("dispute_decision",)

"""Sacks of flour delivered to bakeries, and who goes after loaves that do not agree with them."""

TABLES = ("flour_delivery", "flour_finding", "flour_month")
KEPT = ("flour_delivery",)

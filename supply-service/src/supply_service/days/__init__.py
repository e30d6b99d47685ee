"""Business days of outlets and their totals."""

TABLES = ("outlet_day", "outlet_day_part")

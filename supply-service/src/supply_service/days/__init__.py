"""Business days of outlets and their totals."""

TABLES = ("outlet_day", "outlet_day_part")
APPEND_ONLY = ("outlet_day", "outlet_day_part")

"""Business days of outlets and their totals."""

TABLES = ("day_closing", "outlet_claim", "outlet_day", "outlet_day_part")
APPEND_ONLY = ("outlet_day", "outlet_day_part")

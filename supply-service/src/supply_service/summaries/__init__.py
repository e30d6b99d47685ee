"""What became of sales on a day, told outlet by outlet to whoever judges the roll-out."""

TABLES = ("day_summary",)

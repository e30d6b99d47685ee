"""What leaves wallets: told at once, or the rest of a day together where the citizen asked for that."""

TABLES = ("debit_day",)

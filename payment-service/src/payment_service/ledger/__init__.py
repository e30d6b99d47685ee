"""The double-entry ledger: accounts and transfers, decided in batches."""

TABLES = ("account", "ledger_answer", "transfer")
KEPT = ("account", "transfer")
SEQUENCES = ("transfer_posting",)

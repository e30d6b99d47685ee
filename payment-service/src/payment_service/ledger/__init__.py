"""The double-entry ledger: accounts and transfers, decided in batches."""

TABLES = ("account", "acting", "ledger_answer", "transfer", "transfer_by")
APPEND_ONLY = ("acting",)
KEPT = ("account", "transfer")
SEQUENCES = ("transfer_posting",)

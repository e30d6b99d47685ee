"""The double-entry ledger: accounts and transfers, decided in batches."""

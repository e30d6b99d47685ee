"""Citizens' wallets and their statements."""

TABLES = ("card", "wallet")

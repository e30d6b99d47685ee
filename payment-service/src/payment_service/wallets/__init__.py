"""Citizens' wallets and their statements."""

TABLES = ("card", "deceased", "wallet")
KEPT = ("deceased",)

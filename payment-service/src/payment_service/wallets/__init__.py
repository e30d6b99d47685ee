"""Citizens' wallets and their statements."""

TABLES = ("card", "deceased", "household_head", "wallet")
KEPT = ("deceased",)

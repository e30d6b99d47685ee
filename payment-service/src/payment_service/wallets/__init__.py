"""Citizens' wallets and their statements."""

TABLES = ("card", "deceased", "household_head", "trial_household", "wallet", "wallet_correction")
KEPT = ("deceased", "wallet_correction")

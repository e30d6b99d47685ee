"""Citizens' wallets and their statements."""

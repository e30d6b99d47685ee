"""Funds that payouts are paid from, with balances that bound them, and the programmes they pay, each with its owner."""

TABLES = ("payout_fund", "payout_programme")
KEPT = ("payout_fund", "payout_programme")

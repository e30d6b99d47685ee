"""Bulk payouts: declared, received, approved by a second person, booked."""

TABLES = ("payout", "payout_batch", "payout_part")
KEPT = ("payout", "payout_batch")

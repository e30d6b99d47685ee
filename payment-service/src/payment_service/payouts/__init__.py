"""Bulk payouts: declared, received, approved by a second person, booked."""

TABLES = (
    "payout",
    "payout_batch",
    "payout_change",
    "payout_double",
    "payout_fault",
    "payout_file",
    "payout_part",
    "support_due",
)
APPEND_ONLY = ("payout_change", "payout_fault", "payout_file")
KEPT = ("payout", "payout_batch", "support_due")

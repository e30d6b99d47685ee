"""Payments by card: authorised, captured, voided, refunded; and what test cards paid, told for their trial."""

TABLES = ("trial_payment_told",)

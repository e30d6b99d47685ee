"""Payments by card: authorised, captured, voided, refunded."""

"""Holder's proofs: that a card's holder is at the terminal, shown by a PIN or by a code to the registered mobile."""

TABLES = ("holder_code", "pin_permit")

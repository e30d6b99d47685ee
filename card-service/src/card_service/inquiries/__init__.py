"""Answers to what citizens ask by SMS: where the card is, when it is collected, which other hours are free."""

TABLES = ("appointment_offer",)

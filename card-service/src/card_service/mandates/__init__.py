"""Mandates: who else than the head may prove for a card's holder, or collect the card, from when until when."""

TABLES = ("mandate",)
KEPT = ("mandate",)

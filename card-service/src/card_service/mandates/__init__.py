"""Mandates: who else than the head may prove for a card's holder, from when until when, by which document."""

TABLES = ("mandate",)
KEPT = ("mandate",)

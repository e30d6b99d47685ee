"""Credentials: what a terminal that has seen a card fetches, to know it and what it is good for without a network."""

TABLES = ()

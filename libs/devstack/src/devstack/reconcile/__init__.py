"""Holding a day's sales, pots, settlements and ledger against each other, through the gateway only."""

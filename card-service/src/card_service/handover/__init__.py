"""Giving cards to their holders, many in one transaction."""

"""Codes with which citizens sign in: handed to the aggregator at once, kept nowhere."""

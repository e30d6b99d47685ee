"""SMPP 3.4: a line to a provider's SMSC, over which messages leave and receipts and answers come."""

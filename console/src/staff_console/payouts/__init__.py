"""Batches of payouts before whoever approves them: the same facts that were submitted, and the total typed."""

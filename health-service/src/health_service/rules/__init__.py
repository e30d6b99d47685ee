"""What decides: coverage, co-payments, contributions, the path of care. No I/O."""

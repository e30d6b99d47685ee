"""Whoever works with the system: people, their sessions and their roles, before those who look after them."""

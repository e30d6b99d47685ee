"""Terminals: enrolment with a one-time code, and what the gateway must know of them."""

TABLES = ("enrolment_code", "terminal", "terminal_key", "terminal_use")
KEPT = ("terminal_key",)

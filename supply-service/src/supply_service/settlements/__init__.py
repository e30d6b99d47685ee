"""What outlets' closed days come to, and the sums by which it is checked."""

TABLES = ("settlement", "settlement_component", "settlement_levy")
APPEND_ONLY = ("settlement_component", "settlement_levy")
KEPT = ("settlement",)

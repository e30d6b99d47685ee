"""Cover by family: standing, contributions, exemptions."""

TABLES = ("contribution", "contribution_month", "contribution_reversal", "coverage", "exemption")
# Which months are paid follows from what is only ever added: contributions, and those taken back.
APPEND_ONLY = ("contribution", "contribution_reversal")
KEPT = ("exemption",)
FUNCTIONS = ("end_exemption",)

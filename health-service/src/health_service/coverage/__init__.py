"""Cover by family: standing, contributions, exemptions."""

TABLES = ("contribution", "contribution_month", "coverage", "exemption")
APPEND_ONLY = ("contribution", "contribution_month")
KEPT = ("exemption",)

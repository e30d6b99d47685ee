"""Cover by family: standing, contributions, exemptions."""

TABLES = ("contribution", "contribution_month", "coverage", "exemption")

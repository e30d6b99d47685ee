"""Dated policies: every figure of a rule is a row with the days it holds, its source and who approved it."""

TABLES = ("policy", "policy_corrected", "policy_version")
APPEND_ONLY = ("policy_corrected",)

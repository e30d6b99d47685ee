"""Visits with what the patient and the insurer pay."""

TABLES = ("cap_use", "encounter", "referral")
APPEND_ONLY = ("referral",)
KEPT = ("encounter",)

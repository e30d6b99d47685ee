"""Visits with what the patient and the insurer pay."""

TABLES = ("cap_use", "encounter", "encounter_reversal", "referral")
APPEND_ONLY = ("encounter_reversal", "referral")
KEPT = ("encounter",)
FUNCTIONS = ("end_cap_use", "end_encounter", "end_encounter_reversal", "end_referral")

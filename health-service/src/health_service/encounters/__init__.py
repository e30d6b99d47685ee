"""Visits with what the patient and the insurer pay."""

"""Campaigns: one text to many citizens, written by one person and started by another."""

TABLES = ("campaign_text", "campaign", "campaign_recipient", "campaign_release", "campaign_dry_run")

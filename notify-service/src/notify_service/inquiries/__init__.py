"""What citizens send, and what it asks."""

TABLES = ("inbound_message", "inbound_part", "inquiry")

"""Messages to citizens: queued, sent, and what became of them."""

TABLES = ("message", "message_part", "early_receipt", "send_pace", "provider_pace")
SEQUENCES = ("message_posting",)
FUNCTIONS = ("end_message",)

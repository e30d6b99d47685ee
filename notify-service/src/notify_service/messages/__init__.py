"""Messages to citizens: queued, sent, and what became of them."""

TABLES = ("message", "send_pace")
SEQUENCES = ("message_posting",)
FUNCTIONS = ("end_message",)

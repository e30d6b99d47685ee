"""The texts of messages, and what fills them."""

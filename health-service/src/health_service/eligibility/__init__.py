"""The answer to whether a card is covered, and what a service would cost its holder."""

"""Indicators: what the roll-out is judged by, each declared in one place by the package that can measure it."""

from card_service.indicators import of_cards as of_cards
from card_service.indicators import of_readiness as of_readiness

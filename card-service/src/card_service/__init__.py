"""Unified Card: the card service."""

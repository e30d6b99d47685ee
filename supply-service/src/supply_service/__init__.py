"""Unified Card: the supply service."""

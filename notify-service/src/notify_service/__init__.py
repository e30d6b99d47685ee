"""Unified Card: the notify service."""

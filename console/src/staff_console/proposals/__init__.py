"""Proposals of all services before whoever decides on them: a page each, in words; and roles that are asked for."""

"""Unified Card: the edge, its tokens and its documentation."""

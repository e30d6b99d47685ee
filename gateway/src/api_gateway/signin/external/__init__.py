"""Signing in at an outside OpenID provider: the gateway is its client."""

"""Random secrets of signing in: codes, refresh tokens and cookies, found again by their SHA-256.

They are 256 bits of chance: nobody can guess one, so that neither a slow hash nor a key would protect more.
"""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """A fresh secret, 43 characters of base64url."""
    return secrets.token_urlsafe(32)


def mark_of(secret: str) -> bytes:
    """By what a secret is found again."""
    return hashlib.sha256(secret.encode()).digest()

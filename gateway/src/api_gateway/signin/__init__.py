"""Signing in: the OpenID provider, its pages, the factors people prove themselves by, and their sessions."""

TABLES = (
    "password",
    "totp",
    "passkey",
    "recovery_code",
    "identity_link",
    "session",
    "authorization_code",
    "refresh_token",
    "sign_in_attempt",
    "sign_in_delay",
    "code_challenge",
)

"""A personalisation bureau's own program: it knows a batch's file, the issuer's public keys and its own private keys.

It imports nothing of the system, so that what it can read is what the file's form says, and nothing else.
"""

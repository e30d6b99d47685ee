"""What people prove themselves by: password, one-time code, passkey, recovery code."""

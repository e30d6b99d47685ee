"""Locking the screen: nothing of a page is left on it; a PIN chosen for this session opens it, or a new sign-in."""

"""The door of policies and of the catalogue to HTTP."""

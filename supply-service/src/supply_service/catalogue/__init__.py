"""The door of the catalogue to HTTP."""

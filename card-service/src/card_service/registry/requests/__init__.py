"""Change requests: whoever wants the register changed enters a request; what is decided about it is carried out."""

"""Sales: how an order is decided, written once, and rendered. No protocol, no request."""

"""The counter: scan or type, check, hand over, next; whole without a mouse."""

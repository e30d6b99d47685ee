"""The hot path: draws at terminals, their reversal, and the group commit that carries both."""

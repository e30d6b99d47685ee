"""Finding somebody: one box that tells national id, card, mobile and name apart, and the page of a person."""

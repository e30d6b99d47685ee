"""The desk of terminals, of outlets and of clinics: found, registered, given their code, stopped, let work again."""

"""What happens to persons and households, each carried out once somebody has decided it."""

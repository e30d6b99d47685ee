"""What a household has left: for terminals, desks and citizens who ask."""

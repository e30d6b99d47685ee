"""What citizens are told of what happened: reactions to other services’ events."""

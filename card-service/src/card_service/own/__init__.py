"""What citizens see and do about their own card and household, signed in as themselves."""

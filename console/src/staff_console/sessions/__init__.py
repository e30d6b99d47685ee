"""Sessions of browsers: tokens stay here, sealed; what was looked for, and forms that waited for a sign-in."""

TABLES = ("draft", "lookup", "session")

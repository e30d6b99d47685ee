"""What a terminal sells by while it has no network: a signed document of the rows by which its sales are judged."""

TABLES = ()

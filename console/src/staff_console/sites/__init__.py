"""A pick-up site's day: who comes, what lies there, who came without an hour, whose hour is another."""

TABLES = ("print_request",)

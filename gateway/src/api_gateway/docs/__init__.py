"""The documentation: the merged OpenAPI, its page, and a page for every problem."""

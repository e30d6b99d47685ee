"""What the developers of Unified Card run: the linter, the count of lines, the OpenAPI merge, new migrations."""

"""What the developers of Unified Card run: the linter, the OpenAPI merge, new migrations."""

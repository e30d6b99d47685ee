"""The first page: what its person may do here, and how much of it waits for them."""

"""What closed days of outlets come to, and whether the books agree: pages to read and to print."""

"""People who work with a stack: invited on the host, signed in through the pages, the demonstration's own."""

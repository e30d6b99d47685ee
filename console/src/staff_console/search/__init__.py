"""The search box of every page: an id, the digits of a slip, or what finds a citizen, told apart by its form."""

"""Systems that call the API: who answers for each, what it may do and until when, and its secret."""

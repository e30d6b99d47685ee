"""The web side of every page: who asks, in which language, the forms they send, and what they see of a refusal."""

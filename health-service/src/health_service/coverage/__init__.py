"""Cover by family: standing, contributions, exemptions."""

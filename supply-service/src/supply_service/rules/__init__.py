"""The rules of supply: pure, without I/O; figures come from the policies of the day."""

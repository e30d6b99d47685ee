"""The desk of policies: the rows in force by day and scope, new ones proposed, and what they would change."""

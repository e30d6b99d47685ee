"""What citizens see for themselves of bread and goods: their sales, and the outlets of their district."""

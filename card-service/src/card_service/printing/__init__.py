"""What is printed on a card: its face, its number, and the code that shows that it is genuine."""

"""Lost cards: reported, free again, and bread by a code until the new card is there."""

TABLES = ("loss_report", "bread_code")

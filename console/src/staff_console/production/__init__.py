"""Cards made by a bureau and on their way: batches with what came of them, consignments and how they are counted in."""

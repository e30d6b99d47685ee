"""Bulk payouts: declared, received, approved by a second person, booked."""

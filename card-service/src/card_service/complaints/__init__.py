"""Citizens' complaints as notify-service tells how they stand, for gates and reviews of the roll-out."""

from card_service.complaints import measures as measures

TABLES = ("complaint_state",)

"""The policies that card-service judges by. Pure."""

from __future__ import annotations

from datetime import date

from policybook import kinds
from policybook.keys import Keys
from policybook.terms import TERMS

KEYS = Keys(date(2023, 8, 1), TERMS)

ADULT_AGE = KEYS.declare("holder.adult_age", kinds.positive, "Years from which a citizen is given an own card.")
PIN_TRIES = KEYS.declare("pin.max_tries", kinds.positive, "Wrong PINs after which a PIN is locked.")
APPOINTMENTS = KEYS.declare(
    "pickup.appointments_per_card", kinds.positive, "Appointments a card gets, the first one among them."
)
REBOOKING_DAYS = KEYS.declare(
    "pickup.rebooking_horizon", kinds.positive, "Days from tomorrow in which a missed appointment is booked anew."
)
CREDENTIAL_DAYS = KEYS.declare("credential.lifetime", kinds.positive, "Days for which a signed credential is good.")

"""People who work with the system: authorities and areas, persons, their roles, invitations.

Other packages of the gateway ask `offices_of`: what a person may do, office by office, at this moment.
"""

from api_gateway.people.offices import Office, offices_of

TABLES = ("area", "authority", "invitation", "notice", "person", "role_grant")
KEPT = ("area", "authority", "person", "role_grant")

__all__ = ["KEPT", "TABLES", "Office", "offices_of"]

"""A point-of-sale terminal: key, enrolment, sales, offline chain, command line, a whole fleet."""

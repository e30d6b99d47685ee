"""A point-of-sale terminal: key, enrolment, draws and sales, offline chain, command line, a whole fleet."""

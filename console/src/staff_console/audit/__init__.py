"""Who has seen or changed what: services' records, what citizens are told of them, what is held back for a case."""

"""The same facts as FHIR R4 resources."""

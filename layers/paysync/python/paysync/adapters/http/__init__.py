"""Any system that answers JSON, by what a scheme says of it (`connector: http`)."""

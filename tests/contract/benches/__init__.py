"""One bench per connector and side."""

"""HTTP servers that behave as the two vendors do, faults included. Run with `tests/` on the path."""

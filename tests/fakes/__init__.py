"""Fakes that behave: the ports in memory, with the semantics of the real thing, quick and driven by a seed."""

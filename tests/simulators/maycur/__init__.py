"""A simulator of Maycur's OpenAPI: protocol, books, faults and control over real HTTP."""

"""The pure core: no AWS, no HTTP, no clock, no randomness. It asks ports and returns values."""

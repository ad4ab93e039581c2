"""The command line: parse, call the core, print. Decides nothing about money."""

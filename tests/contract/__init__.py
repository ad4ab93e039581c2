"""What every connector promises to the core, as functions that run on any system behind a bench."""

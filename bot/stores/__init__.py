"""Where things are kept: memory (the reference) and SQLite."""

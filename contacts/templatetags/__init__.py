"""Template filters of the contacts room."""

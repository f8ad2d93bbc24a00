"""Forms of the advocacy pages, one module a subject."""

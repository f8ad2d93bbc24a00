"""Tests that count everybody: the canaries are taken out before these begin, and are there again afterwards.

A test belongs here only when it counts all people or all organisations; one entry is a file, or a file and a test. It
is still guarded. Everything else runs with the canaries in its database.
"""

EVERYBODY: set[str] = set()

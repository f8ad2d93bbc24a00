"""Telling other programs what happened: written down with what it tells, sent afterwards, signed, tried again."""

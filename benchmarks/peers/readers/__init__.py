"""Readers of the newsletter, and how a Django developer writes to them."""

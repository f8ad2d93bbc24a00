"""The dispatch engine: the database is the queue and the ledger (DESIGN 5). docs/dispatch.md explains it.

claiming   a lease on a range of deliveries      window    the intent: what is about to leave, committed first
sending    one turn of a worker                  store     results, one statement a window; the ledger's sums
heartbeat  renews the lease                      recovery  what lost workers left behind, and the bell
"""

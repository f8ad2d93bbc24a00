"""Settings of newsletters; read from the environment like the rest."""

from config.env import read

CONFIRMATIONS_PER_HOUR = read(
    "int", "CONFIRMATIONS_PER_HOUR", 500, "Confirmations an hour, over all lists, beyond which none are mailed."
)

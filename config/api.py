"""Settings of the API and of outgoing webhooks; read from the environment like the rest."""

from config.env import read

API_ORIGINS = read(
    "list",
    "API_ORIGINS",
    [],
    "Sites whose pages may ask for a subscription through the API, such as https://www.example.org; empty: none.",
)
# Tests alone let webhooks call this machine.
WEBHOOKS_MAY_LOOP = False

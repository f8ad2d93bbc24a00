"""What the tables of this app hold about people, for the register of processing (GDPR Article 30)."""

PROCESSING: dict[str, dict[str, str]] = {
    "desk.Pulse": {"none": "when the processes last showed a sign of life"},
}

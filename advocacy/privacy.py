"""What the tables of this app hold about people, for the register of processing (GDPR Article 30)."""

_AUTHORS = {
    "holds": "who wrote, reviewed and approved a text",
    "people": "users of the desk",
    "purpose": "knowing who answers for what was published",
    "basis": "legitimate interest; accountability",
    "kept": "with the text",
    "who": "colleagues; the public sees no names of users",
}

PROCESSING: dict[str, dict[str, str]] = {
    "advocacy.Statement": _AUTHORS,
    "advocacy.StatementText": _AUTHORS,
    "advocacy.StatementVersion": _AUTHORS,
    "advocacy.ActionPlan": {"none": "texts of the platform"},
    "advocacy.Ask": {"none": "demands of the platform"},
    "advocacy.AskText": {"none": "demands of the platform"},
    "advocacy.Point": {"none": "places of demands in a plan"},
}

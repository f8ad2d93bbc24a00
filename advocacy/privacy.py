"""What the tables of this app hold about people, for the register of processing (GDPR Article 30)."""

_AUTHORS = {
    "holds": "who wrote, reviewed and approved a text",
    "people": "users of the desk",
    "purpose": "knowing who answers for what was published",
    "basis": "legitimate interest; accountability",
    "kept": "with the text",
    "who": "colleagues; the public sees no names of users",
}

_SIGNERS = {
    "people": "whoever signs for an organisation",
    "purpose": "proving which organisation put its name to which words",
    "basis": "legitimate interest; the proof of a public declaration",
    "kept": "with the text; an answer is never changed",
    "who": "colleagues; the public where the signer asked to be printed",
}

PROCESSING: dict[str, dict[str, str]] = {
    "advocacy.Statement": _AUTHORS,
    "advocacy.StatementText": _AUTHORS,
    "advocacy.StatementVersion": _AUTHORS,
    "advocacy.RestorePoint": _AUTHORS,
    "advocacy.StatementAttachment": _AUTHORS,
    "advocacy.ReviewComment": _AUTHORS,
    "advocacy.SafetyConfirmation": _AUTHORS,
    "advocacy.ActionPlan": _AUTHORS,
    "advocacy.PlanText": {"none": "texts of the platform"},
    "advocacy.PlanVersion": _AUTHORS,
    "advocacy.StatementAsk": _AUTHORS,
    "advocacy.Assessment": _AUTHORS,
    "advocacy.Proposal": _AUTHORS,
    "advocacy.AnswerLink": {
        "holds": "an organisation, and the address its link was sent to",
        "people": "whoever answers for a member organisation",
        "purpose": "asking members how far their country is",
        "basis": "legitimate interest; working together as members",
        "kept": "with the plan",
        "who": "colleagues; never the public",
    },
    "advocacy.SignOn": _AUTHORS | {"holds": "which colleague opened and closed a sign-on"},
    "advocacy.Signatory": _SIGNERS
    | {"holds": "an organisation, the name, function and address of who may sign for it"},
    "advocacy.Signature": _SIGNERS | {"holds": "who answered for an organisation, as what, and to which words"},
    "advocacy.SignatureReply": _AUTHORS | {"holds": "which colleague answered a wish for a change"},
    "advocacy.JoinedCall": _AUTHORS | {"holds": "which colleague took down a call and who decided to join"},
    "advocacy.Ask": {"none": "demands of the platform"},
    "advocacy.AskText": {"none": "demands of the platform"},
    "advocacy.Point": {"none": "places of demands in a plan"},
    "advocacy.CalendarDay": {"none": "days of the year"},
    "advocacy.Campaign": _AUTHORS | {"holds": "which colleague answers for a campaign"},
    "advocacy.CampaignText": {"none": "texts of the platform"},
    "advocacy.Event": {"none": "what took place, when and where; who came stands with their attendance"},
    "advocacy.EventLink": {"none": "addresses of pages"},
    "advocacy.Evidence": {"none": "figures and their sources"},
    "advocacy.EvidenceVersion": _AUTHORS | {"holds": "which colleague changed a figure"},
    "advocacy.Attendance": {
        "holds": "as what somebody was asked to an event, and whether they came",
        "people": "office-holders, stakeholders, press",
        "purpose": "following up what was said; naming hosts and speakers where they agreed",
        "basis": "legitimate interest (Article 6(1)(f))",
        "kept": "with the contact",
        "who": "colleagues of the platform; hosts and speakers that are marked as public: everybody",
    },
    "advocacy.Position": {
        "holds": "where somebody stands on a campaign, how we know, and where they stood before; a political opinion",
        "people": "office-holders, stakeholders",
        "purpose": "knowing whom to write to in which matter",
        "basis": "legitimate interest; manifestly made public (Article 9(2)(e))",
        "kept": "with the contact",
        "who": "colleagues of the platform",
    },
}

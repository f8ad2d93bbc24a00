"""What the tables of this app hold about people, for the register of processing (GDPR Article 30)."""

_RECIPIENTS = "recipients of letters and newsletters"
_COLLEAGUES = "colleagues of the platform"
_PROOF = "proof of what was sent to whom, and that nobody got it twice"

PROCESSING: dict[str, dict[str, str]] = {
    "mailing.Delivery": {
        "holds": "address, language, the values of a letter (name, salutation, group, committees), what became of it",
        "people": _RECIPIENTS,
        "purpose": _PROOF,
        "basis": "legitimate interest for letters; consent for newsletters",
        "kept": "with the letter; emptied when the person is erased",
        "who": f"{_COLLEAGUES}; the recipient's mail server",
    },
    "mailing.DeliveryEvent": {
        "holds": "what happened to one letter, and when",
        "people": _RECIPIENTS,
        "purpose": _PROOF,
        "basis": "legitimate interest",
        "kept": "with the letter; its words go when the person is erased",
        "who": _COLLEAGUES,
    },
    "mailing.ProviderEvent": {
        "holds": "events of a mail provider without addresses",
        "people": _RECIPIENTS,
        "purpose": "knowing which address no longer works",
        "basis": "legitimate interest",
        "kept": "30 days",
        "who": "nobody on a page",
    },
    "mailing.IncomingMail": {
        "holds": "a message as it came in",
        "people": "people who answer; postmasters",
        "purpose": "reading answers; knowing which address no longer works",
        "basis": "legitimate interest",
        "kept": "30 days, then the row without its text; answers with their letter",
        "who": _COLLEAGUES,
    },
    "mailing.Reply": {
        "holds": "name, address and words of who answered",
        "people": "people who answer",
        "purpose": "reading and answering them",
        "basis": "legitimate interest",
        "kept": "with the letter; of nobody we know: KEEP_STRAY_REPLIES_DAYS",
        "who": _COLLEAGUES,
    },
    "mailing.AudienceRule": {
        "holds": "that a person was added to a letter or left out of it by hand",
        "people": _RECIPIENTS,
        "purpose": "writing to the right people",
        "basis": "legitimate interest",
        "kept": "with the letter",
        "who": _COLLEAGUES,
    },
    "mailing.Mailing": {
        "holds": "who wrote, sent and approved it",
        "people": "users of the desk",
        "purpose": "knowing who answers for what was sent",
        "basis": "legitimate interest; accountability",
        "kept": "for ever",
        "who": _COLLEAGUES,
    },
    "mailing.MailingTransition": {
        "holds": "who moved a mailing from state to state",
        "people": "users of the desk",
        "purpose": "knowing who answers for what was sent",
        "basis": "legitimate interest; accountability",
        "kept": "for ever",
        "who": _COLLEAGUES,
    },
    "mailing.MailingContent": {
        "holds": "who changed a text last",
        "people": "users of the desk",
        "purpose": "knowing who answers for what was sent",
        "basis": "legitimate interest; accountability",
        "kept": "with the letter",
        "who": _COLLEAGUES,
    },
    "mailing.Sender": {
        "holds": "name, role and address of who signs",
        "people": "users of the desk",
        "purpose": "letters are signed by a person",
        "basis": "contract",
        "kept": "while letters name it",
        "who": f"{_COLLEAGUES}; recipients",
    },
    "mailing.DeliveryChunk": {"none": "which numbers of a letter a worker holds"},
    "mailing.Mailbox": {"none": "how far a mailbox was read; its name is a digest"},
    "mailing.Skeleton": {"none": "a letter without any recipient's values"},
    "mailing.Throttle": {"none": "paces of senders and of domains"},
}

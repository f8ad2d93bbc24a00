"""What the tables of this app hold about people, for the register of processing (GDPR Article 30)."""

PROCESSING: dict[str, dict[str, str]] = {
    "desk.Pulse": {"none": "when the processes last showed a sign of life"},
    "desk.ApiToken": {
        "holds": "which user made a key of the API, what for, the last day it was used",
        "people": "users of the desk",
        "purpose": "letting the organisation's own programs in, each with no more than it needs",
        "basis": "legitimate interest; security of processing (Article 32)",
        "kept": "for ever, without the key; the trail names it",
        "who": "administrators",
    },
    "desk.ApiCount": {
        "holds": "a keyed digest of a visitor's network address with a number of calls",
        "people": "whoever calls the API",
        "purpose": "keeping one caller from crowding out the others",
        "basis": "legitimate interest; security of processing (Article 32)",
        "kept": "an hour",
        "who": "nobody on a page",
    },
    "desk.ApiMade": {"none": "digests of calls, and the numbers of what they made; a day"},
    "desk.Webhook": {"none": "addresses of other programs"},
    "desk.WebhookDelivery": {"none": "references of what happened, with no name and no address; 30 days"},
}

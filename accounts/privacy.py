"""What the tables of this app, and of the libraries for signing in, hold about people (GDPR Article 30)."""

_OF_THE_LIBRARY = {"none": "a table of the library that this program leaves empty"}

PROCESSING: dict[str, dict[str, str]] = {
    "accounts.User": {
        "holds": "name, address, role, language, password as a hash, last sign-in",
        "people": "users of the desk",
        "purpose": "signing in; knowing who wrote, approved and sent",
        "basis": "contract",
        "kept": "for ever; a user who leaves is closed, since the trail names them",
        "who": "colleagues see the name, administrators the address",
    },
    "accounts.AuditEvent": {
        "holds": "the user's name and what they did; contacts by number only",
        "people": "users of the desk",
        "purpose": "who did what to which version, when",
        "basis": "legitimate interest; accountability (Article 5(2))",
        "kept": "for ever",
        "who": "administrators",
    },
    "accounts.AuditSeal": {"none": "digests of the trail"},
    "account.EmailAddress": {
        "holds": "a user's address, where the library notes one",
        "people": "users of the desk",
        "purpose": "signing in",
        "basis": "contract",
        "kept": "with the user",
        "who": "nobody on a page",
    },
    "account.EmailConfirmation": _OF_THE_LIBRARY,
    "auth.Group": _OF_THE_LIBRARY,
    "auth.Permission": {"none": "names of permissions of the library"},
    "contenttypes.ContentType": {"none": "names of tables"},
    "sessions.Session": {
        "holds": "the number of a user, signed",
        "people": "users of the desk",
        "purpose": "staying signed in",
        "basis": "contract; a cookie that is needed for it",
        "kept": "12 hours",
        "who": "nobody on a page",
    },
}

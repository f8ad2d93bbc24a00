"""What the tables of this app hold about people, for the register of processing (GDPR Article 30)."""

PROCESSING: dict[str, dict[str, str]] = {
    "transport.SystemMail": {
        "holds": "address, language, the words of one message",
        "people": "users of the desk; people who join a list",
        "purpose": "invitations, approvals, password resets and confirmations",
        "basis": "contract with the user; request of the person",
        "kept": "30 days, then the row without address and text",
        "who": "nobody on a page; the mail server",
    },
}

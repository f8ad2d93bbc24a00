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
    "transport.SystemMailFile": {
        "holds": "the PDF of one reader's letter, and the files of the letter",
        "people": "people whom a letter addresses",
        "purpose": "tests of a letter, which go to a colleague",
        "basis": "legitimate interest: nothing leaves unread",
        "kept": "until the test has left; 30 days where it cannot leave",
        "who": "nobody on a page; the mail server",
    },
}

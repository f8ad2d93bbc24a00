"""The demo's invented people, texts and history, and the walk from a file to letters in mailboxes."""

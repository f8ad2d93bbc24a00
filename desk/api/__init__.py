"""The API of version 1: what is public for everybody, the address book for programs that hold a token."""

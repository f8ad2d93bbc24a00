"""Canaries: secret addresses that are in the database of every test, and a guard that fails the test that lets one out.

`rows` plants them, `guard` looks at whatever leaves (answers, log lines, messages, the broker), `fixtures` puts both
around each test, `counting` names the tests that count everybody and therefore go without the rows.
"""

"""Tables that only grow refuse changes, in the database itself."""

import pytest
from django.db import DatabaseError, transaction

from accounts.audit import record
from accounts.models import AuditEvent


def test_an_audit_event_cannot_be_changed(officer):
    record(officer, "wrote a statement")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.update(sentence="did nothing")
    assert AuditEvent.objects.get().sentence == "wrote a statement"


def test_an_audit_event_cannot_be_deleted(officer):
    record(officer, "wrote a statement")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.all().delete()
    assert AuditEvent.objects.count() == 1

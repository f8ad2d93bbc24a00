"""`demo --once` says yes only when the ledger adds up and every letter arrived exactly once: each fault is noticed."""

from dataclasses import replace

import pytest
from django.test import TestCase, override_settings

from desk.demo import proof, report, walk
from desk.demo.accounts import make_accounts
from mailing import bell, lifecycle
from mailing.dispatch import sending
from mailing.models import Delivery, Mailing
from tests.mailing.transports import FakeTransport

COMMITTEES = ["FEMM", "LIBE"]


class TestTheProof(TestCase):
    """One letter to invented people, handed to a transport that keeps what it gets."""

    @classmethod
    def setUpTestData(cls):
        people = make_accounts()
        officer, approver = people["officer"], people["approver"]
        walk.import_people()
        statement = walk.write_statement(actor=officer)
        walk.approve_statement(statement, writer=officer, approver=approver)
        segment = walk.make_segment("LIBE or FEMM", COMMITTEES, actor=officer)
        cls.mailing = walk.write_letter(statement, segment, actor=officer)
        walk.approve_letter(cls.mailing, writer=officer, approver=approver)
        cls.mailing.refresh_from_db()
        lifecycle.schedule(cls.mailing, actor=officer)
        lifecycle.start_due()
        transport = FakeTransport()
        with pytest.MonkeyPatch.context() as patch, override_settings(LEASE_SECONDS=30):
            patch.setattr(bell, "ring", lambda mailing_id: True)
            sending.run(cls.mailing.pk, open_with=transport, budget=120)
        cls.mailing.refresh_from_db()
        cls.messages = [data for _recipient, data in transport.taken]

    def caught(self, folder):
        for number, data in enumerate(self.messages):
            (folder / f"{number}.eml").write_bytes(data)
        return proof.read_messages(folder)

    @pytest.fixture(autouse=True)
    def in_a_folder(self, tmp_path):
        self.letters = self.caught(tmp_path)
        self.folder = tmp_path

    def failed(self, letters):
        return {check.name for check in proof.prove(self.mailing, COMMITTEES, letters) if not check.ok}

    def test_a_clean_run_passes_every_check(self):
        assert self.mailing.recipients == len(self.letters) > 20
        assert self.failed(self.letters) == set()

    def test_a_second_copy_is_noticed(self):
        assert "Every address exactly once" in self.failed([*self.letters, self.letters[0]])
        assert "As many messages as recipients" in self.failed([*self.letters, self.letters[0]])

    def test_a_missing_letter_is_noticed(self):
        assert "Every address exactly once" in self.failed(self.letters[1:])
        assert "Every message stands in the ledger under its Message-ID" in self.failed(self.letters[1:])

    def test_a_letter_to_the_wrong_address_is_noticed(self):
        wrong = [replace(self.letters[0], to="somebody@else.example"), *self.letters[1:]]
        assert "Every address exactly once" in self.failed(wrong)

    def test_the_wrong_language_is_noticed(self):
        other = "fr" if self.letters[0].language != "fr" else "de"
        wrong = [replace(self.letters[0], language=other), *self.letters[1:]]
        assert self.failed(wrong) == {"Each in its language, with the right salutation"}

    def test_the_wrong_salutation_is_noticed(self):
        wrong = [replace(self.letters[0], text="Dear Sir or Madam,"), *self.letters[1:]]
        assert self.failed(wrong) == {"Each in its language, with the right salutation"}

    def test_a_ledger_that_does_not_add_up_is_noticed(self):
        Mailing.objects.filter(pk=self.mailing.pk).update(recipients=self.mailing.recipients + 1)
        self.mailing.refresh_from_db()
        assert "The ledger adds up" in self.failed(self.letters)

    def test_a_letter_whose_outcome_is_not_known_is_noticed(self):
        row = Delivery.objects.filter(mailing=self.mailing, status="sent").first()
        Delivery.objects.filter(pk=row.pk).update(status="uncertain", error_kind="outcome_unknown", sent_at=None)
        assert "Every letter was accepted" in self.failed(self.letters)

    def test_nothing_at_all_is_not_taken_for_success(self):
        assert {"Every address exactly once", "As many messages as recipients"} <= self.failed([])

    def test_system_mail_is_not_counted_as_a_letter(self):
        system = proof.Caught("approver@demo.example", "<1@demarche.example>", "en", "Please approve")
        assert self.failed([*self.letters, system]) == set()

    def test_the_report_counts_every_language_and_all_of_them(self):
        checks = proof.prove(self.mailing, COMMITTEES, self.letters)
        found = report.as_object(self.mailing, checks, seconds=1.0)
        assert found["ok"]
        assert found["recipients"] == found["sent"] == self.mailing.recipients
        assert sum(row["recipients"] for row in found["by_language"].values()) == found["recipients"]
        assert set(found["by_language"]) == {"de", "en", "fr"}
        assert "every letter and issue arrived exactly once" in report.as_text(found)

    def test_the_files_hold_every_message_and_the_whole_ledger(self):
        out = self.folder / "out"
        report.leave_files(self.mailing, self.folder, out)
        assert len(list(out.glob("*.eml"))) == len(self.letters)
        lines = (out / "ledger.csv").read_text().splitlines()
        assert len(lines) == 1 + self.mailing.matched
        assert lines[0].startswith("\ufeffpublic_id,")

"""A rehearsal writes every message as it would leave, and leaves everything as it was."""

import email
import email.policy
import json

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent
from mailing import lifecycle
from mailing.models import Delivery, Mailing, MailingContent, Skeleton
from tests.factories import MailingContentFactory
from transport.models import SystemMail

pytestmark = pytest.mark.django_db


def parsed(folder):
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in sorted(folder.iterdir())
    ]


def rehearse(mailing, folder, *options):
    call_command("rehearse", mailing.reference, "--out", str(folder), *options)
    return parsed(folder)


def everything():
    return [
        list(model.objects.order_by("pk").values()) for model in (Mailing, Delivery, Skeleton, AuditEvent, SystemMail)
    ]


@pytest.fixture
def two(letter, member):
    MailingContentFactory(mailing=letter, language="fr", subject="Indemnisation", body="<p>{{ salutation }}</p>")
    member(country="FR", gender="M", given_name="Luc", family_name="Aubry", email="luc@parliament.example")
    member(country="IE", given_name="Aoife", family_name="Brennan", email="aoife@parliament.example")
    return letter


def test_a_draft_is_written_one_message_a_person_each_in_their_language(two, tmp_path):
    before = everything()
    messages = rehearse(two, tmp_path / "out")
    assert [message["To"].addresses[0].addr_spec for message in messages] == [
        "luc@parliament.example",
        "aoife@parliament.example",
    ]
    assert [message["Content-Language"] for message in messages] == ["fr", "en"]
    assert "Monsieur le Député," in messages[0].get_body(("plain",)).get_content()
    assert "Dear Ms Brennan," in messages[1].get_body(("plain",)).get_content()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["0001-fr.eml", "0002-en.eml"]
    assert everything() == before


def test_an_approved_letter_is_written_as_it_was_frozen(two, officer, approver, tmp_path):
    lifecycle.submit(two, actor=officer, approver=approver)
    two.refresh_from_db()
    lifecycle.approve(two, actor=approver, digest=two.review_digest)
    ids = {f"<{public_id}@platform.example>" for public_id in Delivery.objects.values_list("public_id", flat=True)}
    before = everything()
    assert {message["Message-ID"] for message in rehearse(two, tmp_path / "out")} == ids
    assert everything() == before


def test_a_folder_with_files_in_it_is_refused(two, tmp_path):
    (tmp_path / "precious").write_text("x")
    with pytest.raises(CommandError, match="not an empty folder"):
        rehearse(two, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_a_letter_that_nobody_gets_or_that_is_not_there_is_a_sentence(letter, tmp_path):
    with pytest.raises(CommandError, match="Nobody gets"):
        rehearse(letter, tmp_path / "out")
    with pytest.raises(CommandError, match="There is no letter NOPE"):
        call_command("rehearse", "NOPE", "--out", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_made_is_told_and_the_rest_is_written(two, tmp_path, capsys):
    MailingContent.objects.filter(language="fr").update(body="<p>{{ famly_name }}</p>")
    with pytest.raises(CommandError, match=r"Not made: 1\. Message 1 \(fr\)"):
        call_command("rehearse", two.reference, "--out", str(tmp_path / "out"), "--json")
    assert json.loads(capsys.readouterr().out)["written"] == 1
    assert len(parsed(tmp_path / "out")) == 1


def test_a_letter_with_a_pdf_of_its_own_is_written_with_it(two, tmp_path):
    Mailing.objects.update(paper="attached")
    before = everything()
    messages = rehearse(Mailing.objects.get(), tmp_path / "out")
    files = [list(message.iter_attachments()) for message in messages]
    assert [[part.get_content_type() for part in parts] for parts in files] == [["application/pdf"]] * 2
    assert all(parts[0].get_content().startswith(b"%PDF-") for parts in files)
    assert files[0][0].get_content() != files[1][0].get_content()
    assert everything() == before

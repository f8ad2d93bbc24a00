"""The sign-on in the workspace: opened, organisations asked and reminded, wishes answered, links taken back, closed."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from advocacy import inviting, publishing
from advocacy.inviting import SignOnError
from advocacy.models import Signatory, Signature, SignOn
from advocacy.signing import SIGNED
from contacts.models import Organisation
from tests.advocacy.sign_on_cast import answer, ask, freeze, frozen_text, open_sign_on, organisations, quiet_house
from transport.models import SystemMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(officer, approver):
    return frozen_text(officer, approver)


@pytest.fixture
def sign_on(row, officer):
    return open_sign_on(row, officer)


@pytest.fixture
def houses(db):
    return organisations()


def address(name, row, *more):
    return reverse(f"advocacy:{name}", args=[row.reference, *more])


def soon(days=10):
    return timezone.localtime(timezone.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def invitation(**fields):
    return {f"invite-{name}": value for name, value in fields.items()}


class TestTerms:
    def test_the_page_of_a_statement_leads_to_its_sign_on(self, sign_in, officer, row):
        page = sign_in(officer).get(reverse("advocacy:statement_detail", args=[row.reference])).content.decode()
        assert address("sign_on", row) in page

    def test_it_is_opened_with_a_deadline_and_a_lead(self, sign_in, officer, row, houses):
        client = sign_in(officer)
        assert "There is no sign-on yet" in client.get(address("sign_on", row)).content.decode()
        form = {"terms-deadline": soon(), "terms-lead": "LIGHTHOUSE", "terms-order": "country", "terms-remind_days": 3}
        response = client.post(address("sign_on", row), form, follow=True)

        assert "Saved." in response.content.decode()
        kept = SignOn.objects.get()
        assert (kept.lead, kept.order, kept.remind_days) == (houses["Lighthouse"], "country", 3)
        assert AuditEvent.objects.filter(sentence=f"opened the sign-on of {row.reference}").exists()

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"terms-deadline": "2020-01-01T10:00"}, "This moment has passed"),
            ({"terms-deadline": "tomorrow"}, "Enter a valid date"),
            ({"terms-lead": "Nobody"}, "No organisation has this name"),
            ({"terms-remind_days": "-1"}, "greater than or equal to 0"),
        ],
    )
    def test_terms_that_make_no_sense_say_why(self, sign_in, officer, row, change, sentence):
        form = {"terms-deadline": soon(), "terms-lead": row.owner.name, "terms-order": "name", "terms-remind_days": 3}
        response = sign_in(officer).post(address("sign_on", row), form | change)
        assert response.status_code == 422
        assert sentence in response.content.decode()
        assert not SignOn.objects.exists()

    def test_a_viewer_reads_and_changes_nothing(self, sign_in, viewer, row, sign_on):
        client = sign_in(viewer)
        page = client.get(address("sign_on", row)).content.decode()
        assert "Send the link" not in page
        assert "Change the terms" not in page
        assert client.post(address("sign_on", row), {}).status_code == 403
        assert client.post(address("sign_on_invite", row), {}).status_code == 403

    def test_a_stranger_sees_nothing(self, sign_in, stranger, row, sign_on):
        client = sign_in(stranger)
        assert client.get(address("sign_on", row)).status_code == 404
        assert client.post(address("sign_on_close", row)).status_code == 404

    def test_a_later_deadline_lets_links_live_longer(self, row, sign_on, houses, officer):
        signatory = ask(sign_on, houses["Zora"], officer)
        open_sign_on(row, officer, days=100)
        assert Signatory.objects.get().link_expires_at > signatory.link_expires_at


class TestAsking:
    def test_a_known_organisation_gets_a_link_by_mail(self, sign_in, officer, row, sign_on, houses):
        form = invitation(organisation="armel & sohne", signer="Ute Stein", role="Board", email="ute@armel.example")
        response = sign_in(officer).post(address("sign_on_invite", row), form, follow=True)

        assert "is asked" in response.content.decode()
        signatory = Signatory.objects.get()
        assert (signatory.organisation, signatory.language) == (houses["Ärmel & Söhne"], "de")
        mail = SystemMail.objects.get(purpose="sign-on")
        assert (mail.to, mail.language, mail.context["kind"]) == ("ute@armel.example", "de", "asked")
        assert "/s/" in mail.context["url"]

    def test_a_new_organisation_is_added_when_one_says_so(self, sign_in, officer, row, sign_on):
        form = invitation(organisation="Harbour Light", signer="Io", email="io@harbour.example", country="EL")
        client = sign_in(officer)
        assert client.post(address("sign_on_invite", row), form).status_code == 422
        form |= invitation(is_new="on", country="GR", register="153882995425-41")
        assert client.post(address("sign_on_invite", row), form).status_code == 302
        made = Organisation.objects.get(name="Harbour Light")
        assert (made.country, made.transparency_register_id) == ("GR", "153882995425-41")

    def test_the_same_organisation_is_asked_once(self, sign_in, officer, row, sign_on, houses):
        ask(sign_on, houses["Zora"], officer)
        form = invitation(organisation="Zora", signer="Bea", email="bea@zora.example")
        response = sign_in(officer).post(address("sign_on_invite", row), form)
        assert response.status_code == 409
        assert "Zora was asked already." in response.content.decode()
        assert SystemMail.objects.filter(purpose="sign-on").count() == 1

    def test_nobody_is_asked_to_sign_a_draft_or_after_the_end(self, row, sign_on, houses, officer, approver):
        publishing.reopen(row, actor=officer)
        sign_on.statement.refresh_from_db()
        with pytest.raises(SignOnError, match="not approved"):
            ask(sign_on, houses["Zora"], officer)
        freeze(row, officer, approver)
        inviting.close(sign_on, actor=officer)
        sign_on = SignOn.objects.get()
        with pytest.raises(SignOnError, match="over"):
            ask(sign_on, houses["Zora"], officer)
        assert not SystemMail.objects.filter(purpose="sign-on").exists()

    @pytest.mark.parametrize("email", ["nobody", "a@b", "a b@c.example", "a@b.example, c@d.example"])
    def test_an_address_one_cannot_write_to_is_refused(self, sign_in, officer, row, sign_on, houses, email):
        form = invitation(organisation="Zora", signer="Bea", email=email)
        assert sign_in(officer).post(address("sign_on_invite", row), form).status_code == 422

    def test_the_address_of_a_confidential_organisation_is_not_shown(self, sign_in, officer, row, sign_on):
        signatory = ask(sign_on, quiet_house(), officer)
        client = sign_in(officer)
        for path in (address("sign_on", row), address("signatory", row, signatory.pk)):
            assert "quiet.example" not in client.get(path).content.decode()
        kept = {"signer": "New Name", "role": "", "email": "", "language": "en"}
        assert client.post(address("signatory_renew", row, signatory.pk), kept).status_code == 302
        fresh = Signatory.objects.get()
        assert (fresh.signer, fresh.email) == ("New Name", signatory.email)


class TestReminding:
    def test_only_those_without_an_answer_and_each_once_in_the_days_set(self, client, row, sign_on, houses, officer):
        answer(client, ask(sign_on, houses["Zora"], officer))
        ask(sign_on, houses["Lighthouse"], officer)
        assert inviting.remind(sign_on, actor=officer) == 0
        with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
            assert inviting.remind(sign_on, actor=officer) == 1
            assert inviting.remind_all() == 0
        reminders = [mail for mail in SystemMail.objects.all() if mail.context.get("kind") == "reminder"]
        assert [mail.to for mail in reminders] == ["ada@lighthouse.example"]

    def test_beat_reminds_where_the_terms_say_so(self, row, sign_on, houses, officer):
        ask(sign_on, houses["Zora"], officer)
        with time_machine.travel(timezone.now() + timedelta(days=8)):
            SignOn.objects.update(remind_days=0)
            assert inviting.remind_all() == 0
            SignOn.objects.update(remind_days=7)
            assert inviting.remind_all() == 1
        with time_machine.travel(timezone.now() + timedelta(days=30)):
            assert inviting.remind_all() == 0

    def test_a_link_that_was_taken_back_is_not_reminded(self, row, sign_on, houses, officer):
        inviting.revoke(ask(sign_on, houses["Zora"], officer), actor=officer)
        with time_machine.travel(timezone.now() + timedelta(days=8)):
            assert inviting.remind(sign_on, actor=officer) == 0

    def test_the_page_says_how_many(self, sign_in, row, sign_on, houses, officer):
        ask(sign_on, houses["Zora"], officer)
        client = sign_in(officer)
        response = client.post(address("sign_on_remind", row), follow=True)
        assert "Nobody is due" in response.content.decode()
        Signatory.objects.update(reminded_at=timezone.now() - timedelta(days=9))
        response = client.post(address("sign_on_remind", row), follow=True)
        assert "1 organisation is reminded." in response.content.decode()


class TestWishes:
    def test_a_wish_waits_on_the_home_page_until_it_is_answered_once(
        self, client, sign_in, row, sign_on, houses, officer
    ):
        signatory = ask(sign_on, houses["Zora"], officer)
        answer(client, signatory, "asks_change", change="Name the fund.")
        client = sign_in(officer)
        assert "It asks for a change before it signs." in client.get(reverse("desk:home")).content.decode()
        reply = address("signature_reply", row, signatory.pk)
        assert client.post(reply, {"text": " "}).status_code == 422
        assert client.post(reply, {"text": "We name it."}).status_code == 302
        assert client.post(reply, {"text": "Again."}).status_code == 409
        assert "It asks for a change before it signs." not in client.get(reverse("desk:home")).content.decode()
        page = client.get(address("signatory", row, signatory.pk)).content.decode()
        assert "“Name the fund.”" in page
        assert "“We name it.”" in page


def test_signatures_and_replies_can_only_grow(client, row, sign_on, houses, officer):
    answer(client, ask(sign_on, houses["Zora"], officer))
    for sql in ("UPDATE advocacy_signature SET answer = 'declined'", "DELETE FROM advocacy_signature"):
        with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert Signature.objects.get().answer == SIGNED


def test_the_database_refuses_a_second_row_for_an_organisation(row, sign_on, houses, officer):
    one = ask(sign_on, houses["Zora"], officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Signatory.objects.create(
            statement=row,
            organisation=one.organisation,
            signer="x",
            email="x@y.example",
            link_expires_at=timezone.now(),
        )


def test_the_pages_cost_few_queries_however_many_were_asked(
    client, sign_in, row, sign_on, houses, officer, django_assert_max_num_queries
):
    signatories = [ask(sign_on, house, officer) for house in houses.values()]
    for signatory in signatories:
        answer(client, signatory, "asks_change", change="A wish.")
    client = sign_in(officer)
    client.get(address("sign_on", row))
    with django_assert_max_num_queries(12):
        assert client.get(address("sign_on", row)).status_code == 200
    with django_assert_max_num_queries(12):
        assert client.get(address("signatory", row, signatories[0].pk)).status_code == 200

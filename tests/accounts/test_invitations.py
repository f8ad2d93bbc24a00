"""Invitations: an account without a password, a link for seven days, used up by the password it sets."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.invitations import accept, make_token, user_of_token
from accounts.models import AuditEvent, User
from accounts.team import TeamError, deactivate
from contacts.models import Organisation
from desk.inviting import invite, invite_again
from transport.models import SystemMail

NEW = "a password of my own"


@pytest.fixture
def invited(administrator):
    return invite("new@platform.example", name="Noor New", role="officer", actor=administrator)


def test_the_form_makes_an_account_without_a_password_in_the_platform_and_one_mail(client, administrator):
    client.force_login(administrator)
    answer = client.post(
        reverse("desk:team_invite"), {"name": "Noor New", "email": "Noor@Platform.example", "role": "approver"}
    )
    assert answer.url == reverse("desk:team")
    user = User.objects.get(email="noor@platform.example")
    assert user.is_invited
    assert user.role == "approver"
    assert [row.organisation for row in user.affiliations.all()] == [Organisation.objects.platform()]
    mail = SystemMail.objects.get()
    assert (mail.purpose, mail.to) == ("invitation", user.email)
    assert "Noor New is invited" in client.get(answer.url).content.decode()
    assert AuditEvent.objects.get().sentence == "invited Noor New as approver"


def test_the_link_of_the_mail_sets_the_password_and_works_once(client, invited):
    path = urlsplit(SystemMail.objects.get().context["link"]).path
    page = client.get(path)
    assert "Welcome, Noor New" in page.content.decode()
    assert client.post(path, {"new_password1": NEW, "new_password2": NEW}).url == reverse("account_login")
    invited.refresh_from_db()
    assert invited.check_password(NEW)
    again = client.post(path, {"new_password1": "something else 123", "new_password2": "something else 123"})
    assert again.status_code == 410
    invited.refresh_from_db()
    assert invited.check_password(NEW)
    assert AuditEvent.objects.filter(actor=invited, sentence="accepted the invitation").count() == 1


def test_opening_the_link_changes_nothing(client, invited):
    before = (invited.password, SystemMail.objects.count(), AuditEvent.objects.count())
    client.get(reverse("invitation", args=[make_token(invited)]))
    invited.refresh_from_db()
    assert (invited.password, SystemMail.objects.count(), AuditEvent.objects.count()) == before


def test_a_weak_password_is_refused_with_a_sentence(client, invited):
    answer = client.post(
        reverse("invitation", args=[make_token(invited)]), {"new_password1": "short", "new_password2": "short"}
    )
    assert answer.status_code == 200
    assert "too short" in answer.content.decode()
    invited.refresh_from_db()
    assert invited.is_invited


def test_the_link_lasts_seven_days(invited):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        token = make_token(invited)
    with time_machine.travel(now + timedelta(days=6, hours=23), tick=False):
        assert user_of_token(token) == invited
    with time_machine.travel(now + timedelta(days=7, minutes=1), tick=False):
        assert user_of_token(token) is None


@pytest.mark.parametrize("token", ["", "x", "nonsense:1:2", "eyJ1c2VyIjoxfQ:1abc:forged"])
def test_a_forged_link_invites_nobody(client, db, token):
    assert user_of_token(token) is None
    if token:
        assert client.get(reverse("invitation", args=[token])).status_code == 410


def test_a_closed_account_cannot_be_entered_by_its_link(invited, administrator):
    token = make_token(invited)
    deactivate(invited, actor=administrator)
    assert user_of_token(token) is None


def test_of_two_who_use_the_link_at_once_one_wins(invited):
    first, second = User.objects.get(pk=invited.pk), User.objects.get(pk=invited.pk)
    assert accept(first, NEW)
    assert not accept(second, "the slower password")
    invited.refresh_from_db()
    assert invited.check_password(NEW)


def test_an_address_that_a_colleague_has_is_refused_with_a_sentence(client, administrator, officer):
    client.force_login(administrator)
    answer = client.post(
        reverse("desk:team_invite"), {"name": "Twin", "email": officer.email.upper(), "role": "viewer"}
    )
    assert answer.status_code == 422
    assert "A colleague has this address already" in answer.content.decode()
    assert not SystemMail.objects.exists()
    with pytest.raises(TeamError, match="already"):
        invite(officer.email, name="Twin", role="viewer", actor=administrator)


def test_a_double_click_on_send_again_sends_one_mail(client, administrator, invited):
    client.force_login(administrator)
    with time_machine.travel(timezone.now().replace(second=5) + timedelta(hours=1), tick=False):
        for _ in range(2):
            client.post(reverse("desk:team_invite_again", args=[invited.pk]))
    assert SystemMail.objects.filter(purpose="invitation").count() == 2  # the first one, and one more


def test_somebody_who_has_a_password_is_not_invited_again(administrator, officer):
    with pytest.raises(TeamError, match="no open invitation"):
        invite_again(officer, actor=administrator)


def test_no_link_stands_in_the_audit_trail(client, administrator, invited):
    assert not AuditEvent.objects.filter(sentence__contains="http").exists()
    assert not re.search(r"invitation/", " ".join(AuditEvent.objects.values_list("object_label", flat=True)))

"""Roles change, accounts close and open; an administrator always remains."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent, User
from accounts.team import TeamError, change_role, deactivate, reactivate
from desk.inviting import invite
from tests.factories import UserFactory


def test_an_administrator_gives_a_colleague_another_role(client, administrator, officer):
    client.force_login(administrator)
    answer = client.post(reverse("desk:team_member", args=[officer.pk]), {"role": "approver"})
    assert answer.url == reverse("desk:team")
    officer.refresh_from_db()
    assert officer.role == "approver"
    assert officer.has_perm("mailing.approve")
    assert AuditEvent.objects.get().sentence == "made Boris Editor an approver"


def test_the_same_role_again_writes_no_history(administrator, officer):
    change_role(officer, "officer", actor=administrator)
    assert not AuditEvent.objects.exists()


def test_an_unknown_role_is_refused(client, administrator, officer):
    with pytest.raises(TeamError, match="no such role"):
        change_role(officer, "emperor", actor=administrator)
    client.force_login(administrator)
    assert client.post(reverse("desk:team_member", args=[officer.pk]), {"role": "emperor"}).status_code == 422
    officer.refresh_from_db()
    assert officer.role == "officer"


@pytest.mark.parametrize(
    "act", [lambda user, who: deactivate(user, actor=who), lambda u, w: change_role(u, "viewer", actor=w)]
)
def test_the_last_administrator_stays(administrator, act):
    with pytest.raises(TeamError, match="only administrator"):
        act(administrator, administrator)
    administrator.refresh_from_db()
    assert administrator.is_active
    assert administrator.role == "administrator"
    assert not AuditEvent.objects.exists()


def test_one_who_has_only_been_invited_does_not_count_as_the_other_administrator(administrator):
    invite("second@platform.example", name="Sol Second", role="administrator", actor=administrator)
    with pytest.raises(TeamError, match="only administrator"):
        deactivate(administrator, actor=administrator)


def test_with_two_administrators_one_may_go(administrator):
    other = UserFactory(role="administrator", name="Otto Other")
    deactivate(administrator, actor=other)
    assert not User.objects.get(pk=administrator.pk).is_active
    with pytest.raises(TeamError, match="Otto Other is the only administrator"):
        change_role(other, "officer", actor=other)


def test_the_page_says_why_the_last_administrator_stays(client, administrator):
    client.force_login(administrator)
    answer = client.post(reverse("desk:team_close", args=[administrator.pk]), follow=True)
    assert "is the only administrator" in answer.content.decode()
    answer = client.post(reverse("desk:team_member", args=[administrator.pk]), {"role": "viewer"})
    assert answer.status_code == 422
    assert "is the only administrator" in answer.content.decode()


def test_an_account_closes_and_opens_again_and_is_never_deleted(client, administrator, officer):
    client.force_login(administrator)
    client.post(reverse("desk:team_close", args=[officer.pk]))
    officer.refresh_from_db()
    assert not officer.is_active
    assert not officer.has_perm("desk.view")
    client.post(reverse("desk:team_open", args=[officer.pk]))
    officer.refresh_from_db()
    assert officer.is_active
    sentences = list(AuditEvent.objects.order_by("id").values_list("sentence", flat=True))
    assert sentences == ["closed the account of Boris Editor", "opened the account of Boris Editor again"]


def test_closing_twice_writes_one_sentence(administrator, officer):
    deactivate(officer, actor=administrator)
    deactivate(officer, actor=administrator)
    reactivate(officer, actor=administrator)
    reactivate(officer, actor=administrator)
    assert AuditEvent.objects.count() == 2


def test_the_list_shows_everybody_with_role_and_state(client, administrator, officer):
    invite("new@platform.example", name="Noor New", role="viewer", actor=administrator)
    deactivate(officer, actor=administrator)
    client.force_login(administrator)
    page = client.get(reverse("desk:team")).content.decode()
    for words in ("Noor New", "Invited", "Boris Editor", "Closed", "Adele Admin", "Active"):
        assert words in page


def test_the_list_costs_the_same_for_any_number_of_colleagues(client, administrator, django_assert_max_num_queries):
    client.force_login(administrator)
    with django_assert_max_num_queries(6):
        client.get(reverse("desk:team"))
    UserFactory.create_batch(20)
    with django_assert_max_num_queries(6):
        client.get(reverse("desk:team"))


def test_changing_a_colleague_takes_a_post(client, administrator, officer):
    client.force_login(administrator)
    for name in ("desk:team_close", "desk:team_open", "desk:team_invite_again"):
        assert client.get(reverse(name, args=[officer.pk])).status_code == 405
    assert client.get(reverse("desk:team_invite")).status_code == 405


def test_a_superuser_from_the_command_line_is_an_administrator_by_role_only(db):
    user = User.objects.create_superuser("root@platform.example", "a long enough password", name="Root")
    assert user.role == "administrator"
    change_role(user, "viewer", actor=UserFactory(role="administrator"))
    user = User.objects.get(pk=user.pk)
    assert not user.has_perm("accounts.manage")
    assert user.has_perm("desk.view")

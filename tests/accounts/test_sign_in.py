"""People come by invitation and sign in by e-mail; a sign-in ends by age, by idleness and by a closed account."""

import re
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.sessions import IDLE_SECONDS
from accounts.team import deactivate
from tests.factories import PASSWORD
from transport.models import SystemMail


@pytest.fixture(autouse=True)
def fresh_limits():
    """The limits of attempts live in the cache of the process."""
    cache.clear()
    yield
    cache.clear()


def sign_in(client, user, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": user.email, "password": password})


def test_a_colleague_signs_in_by_address_in_any_case_and_comes_to_the_desk(client, officer):
    response = client.post(reverse("account_login"), {"login": officer.email.upper(), "password": PASSWORD})
    assert response.status_code == 302
    assert response.url == reverse("desk:home")
    assert client.get(reverse("desk:home")).status_code == 200


def test_nobody_signs_up_by_themselves(client, db):
    before = User.objects.count()
    answer = client.post(
        reverse("account_signup"),
        {"email": "new@elsewhere.example", "password1": "long enough 12345", "password2": "long enough 12345"},
    )
    assert User.objects.count() == before
    assert "People come by invitation" in answer.content.decode()
    assert "People come by invitation" in client.get(reverse("account_signup")).content.decode()


def test_passwords_are_kept_with_argon2(officer):
    assert officer.password.startswith("argon2$argon2id$")


def test_a_wrong_password_says_the_same_for_known_and_unknown_addresses(client, officer):
    known = sign_in(client, officer, "not the password").content.decode()
    unknown = client.post(
        reverse("account_login"), {"login": "nobody@platform.example", "password": "not the password"}
    ).content.decode()
    sentence = re.search(r'class="errorlist nonfield[^>]*>|error-summary', known)
    assert sentence
    assert _errors(known) == _errors(unknown) != []


def test_after_five_wrong_passwords_the_right_one_has_to_wait(client, officer):
    for _ in range(5):
        sign_in(client, officer, "not the password")
    answer = sign_in(client, officer)
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_session_gets_a_new_key_at_sign_in(client, officer):
    client.get(reverse("account_login"))
    session = client.session
    session["before"] = "kept"
    session.save()
    before = session.session_key
    sign_in(client, officer)
    assert client.session.session_key != before


def test_a_sign_in_ends_after_twelve_hours_however_busy(client, officer, settings):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(client, officer)
        for _ in range(settings.SESSION_COOKIE_AGE // 1200):
            clock.shift(1200)
            assert client.get(reverse("desk:home")).status_code == 200
        clock.shift(1200)
        assert urlsplit(client.get(reverse("desk:home")).headers["Location"]).path == reverse("account_login")


def test_a_sign_in_ends_after_thirty_minutes_without_a_sign(client, officer):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(client, officer)
        clock.shift(IDLE_SECONDS - 1)
        assert client.get(reverse("desk:home")).status_code == 200
        clock.shift(IDLE_SECONDS + 1)
        assert client.get(reverse("desk:home")).status_code == 302
        assert "_auth_user_id" not in client.session


def test_a_page_that_polls_does_not_keep_an_empty_chair_signed_in(client, officer):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(client, officer)
        for _ in range(3):
            clock.shift(IDLE_SECONDS / 2 - 10)
            answer = client.get(reverse("desk:home"), headers={"HX-Request": "true"})
        assert answer.status_code == 302


def test_typing_keeps_the_sign_in_open(client, officer):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(client, officer)
        for _ in range(4):
            clock.shift(IDLE_SECONDS - 10)
            assert client.get(reverse("desk:awake")).status_code == 204


def test_closing_an_account_ends_its_sessions_with_the_next_request(client, officer, administrator):
    sign_in(client, officer)
    assert client.get(reverse("desk:home")).status_code == 200
    deactivate(officer, actor=administrator)
    assert client.get(reverse("desk:home")).status_code == 302
    assert sign_in(client, officer).headers.get("Location", "") != reverse("desk:home")
    assert client.get(reverse("desk:home")).status_code == 302


def test_signing_out_takes_a_post(client, officer):
    client.force_login(officer)
    page = client.get(reverse("account_logout"))
    assert page.status_code == 200
    assert "_auth_user_id" in client.session
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_a_forgotten_password_is_set_by_a_link_in_a_mail(client, officer):
    answer = client.post(reverse("account_reset_password"), {"email": officer.email})
    assert answer.url == reverse("account_reset_password_done")
    assert "Look in your inbox" in client.get(answer.url).content.decode()
    mail = SystemMail.objects.get(to=officer.email)
    assert mail.purpose == "password-reset"
    link = mail.context["url"]
    form = client.get(urlsplit(link).path, follow=True)
    assert "Choose a new password" in form.content.decode()
    client.post(
        form.request["PATH_INFO"], {"password1": "quite another password", "password2": "quite another password"}
    )
    officer.refresh_from_db()
    assert officer.check_password("quite another password")
    again = client.get(urlsplit(link).path, follow=True)
    assert "no longer works" in again.content.decode()


def test_asking_for_an_unknown_address_answers_alike_and_sends_nothing(client, officer):
    answer = client.post(reverse("account_reset_password"), {"email": "nobody@elsewhere.example"})
    assert answer.url == reverse("account_reset_password_done")
    assert not SystemMail.objects.exists()


def test_pages_come_in_the_language_of_the_person_who_signed_in(client, officer, settings, more_languages):
    officer.language = "fr"
    officer.save()
    assert sign_in(client, officer).cookies[settings.LANGUAGE_COOKIE_NAME].value == "fr"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("account_login", "Sign in"),
        ("account_inactive", "This account is closed"),
        ("account_reset_password", "Set a new password"),
        ("account_reset_password_done", "Look in your inbox"),
        ("account_reset_password_from_key_done", "Your password is set"),
    ],
)
def test_each_page_of_the_sign_in_is_ours(client, db, name, words):
    assert words in client.get(reverse(name)).content.decode()


def test_a_signed_in_person_changes_their_password_and_stays_signed_in(client, officer):
    client.force_login(officer)
    page = client.get(reverse("account_change_password"))
    assert "Change your password" in page.content.decode()
    new = "another long password"
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    officer.refresh_from_db()
    assert officer.check_password(new)
    assert client.get(reverse("desk:home")).status_code == 200


def test_a_step_that_asks_for_the_password_again_shows_our_page(client, officer):
    sign_in(client, officer)
    page = client.get(reverse("account_reauthenticate"))
    assert "Is it still you?" in page.content.decode()


def _errors(html):
    return re.findall(r"<li>(.*?)</li>", html)

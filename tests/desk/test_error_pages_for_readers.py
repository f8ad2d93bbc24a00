"""What readers of the public pages see when something is not there: in their language, without a session."""

import pytest
from django.test import Client
from django.urls import reverse

from desk.views.errors import broken, closed


@pytest.mark.parametrize(
    ("address", "browser", "words", "language"),
    [
        ("/fr/nulle-part/", "en", "La route s’arrête ici", "fr"),
        ("/en/nowhere/", "fr", "The road ends here", "en"),
        ("/nowhere/at/all/", "fr-BE,fr;q=0.9,en;q=0.5", "La route s’arrête ici", "fr"),
        ("/nowhere/at/all/", "pl,fr;q=0.5", "The road ends here", "en"),
        ("/nowhere/at/all/", "", "The road ends here", "en"),
    ],
)
def test_the_road_ends_in_the_language_of_the_address_else_of_the_browser(
    client, db, address, browser, words, language
):
    answer = client.get(address, headers={"Accept-Language": browser})
    page = answer.content.decode()
    assert answer.status_code == 404
    assert words in page
    assert f'<html lang="{language}"' in page
    assert answer["Content-Language"] == language


def test_a_readers_own_choice_goes_before_the_browsers(client, db, settings):
    client.cookies[settings.READER_COOKIE_NAME] = "fr"
    page = client.get("/nowhere/at/all/", headers={"Accept-Language": "en"}).content.decode()
    assert "La route s’arrête ici" in page


def test_the_page_reads_no_session_and_is_asked_for_again(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/fr/nulle-part/")
    assert "no-cache" in answer["Cache-Control"]
    assert "Vary" not in answer
    assert not answer.cookies
    assert "Accept-Language" in client.get("/nowhere/at/all/")["Vary"]


def test_it_offers_a_search_that_works(client, db):
    page = client.get("/fr/nulle-part/").content.decode()
    assert f'action="{reverse("public:statement_list", kwargs={"lang": "fr"})}"' in page


def test_the_workspace_keeps_its_own_page_and_language(client, officer):
    client.force_login(officer)
    page = client.get("/desk/nowhere/", headers={"Accept-Language": "fr"}).content.decode()
    assert "The road ends here" in page
    assert "your desk" in page
    assert '<html lang="en"' in page


def test_a_form_of_a_reader_without_its_token_says_what_to_do_in_french(db, rf):
    from desk.views.errors import csrf_failure

    answer = csrf_failure(rf.post("/fr/somewhere/"))
    assert answer.status_code == 403
    assert "Le formulaire est resté ouvert trop longtemps" in answer.content.decode()


def test_our_own_error_is_told_in_french_too(rf, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = broken(rf.get("/fr/statements/", REQUEST_ID="abcdef123456")).content.decode()
    assert '<html lang="fr"' in page
    assert "Une erreur s’est produite de notre côté" in page
    assert "abcdef123456" in page


class TestMaintenance:
    @pytest.fixture
    def shut(self, settings):
        settings.MAINTENANCE_UNTIL = "2100-11-27T14:30"

    def test_every_page_says_when_to_come_back(self, db, shut, django_assert_num_queries):
        client = Client()
        for address, words in [
            ("/fr/statements/", "Travaux jusqu’à 14:30"),
            ("/en/", "Roadworks until 14:30"),
            ("/desk/", "Roadworks until 14:30"),
        ]:
            with django_assert_num_queries(0):
                answer = client.get(address)
            assert answer.status_code == 503
            assert int(answer["Retry-After"]) > 3600
            assert words in answer.content.decode()
            assert "default-src 'none'" in answer["Content-Security-Policy"]

    def test_posts_wait_too_and_health_is_told(self, db, shut, client):
        assert client.post("/language/", {"language": "fr"}).status_code == 503
        assert "Roadworks" not in client.get("/healthz").content.decode()

    def test_when_it_takes_longer_the_page_says_so(self, rf, settings):
        settings.MAINTENANCE_UNTIL = "2020-01-01T10:00"
        answer = closed(rf.get("/en/"))
        assert "a little longer than planned" in answer.content.decode()
        assert answer["Retry-After"] == "300"

"""Which language a reader gets: their choice, then their browser, then the site's own; and what pages say of it."""

import re

import pytest
from django.conf import settings as configured

from tests.advocacy.site_rows import PUBLIC, address, publish


class TestLanguage:
    @pytest.mark.parametrize(
        ("accepted", "led_to"),
        [
            ("", "/en/"),
            ("fr-BE,fr;q=0.9,en;q=0.8", "/fr/"),
            ("pl,en;q=0.5", "/pl/"),
            ("ja,pt-BR;q=0.9,en;q=0.1", "/pt/"),
            ("en;q=0.2,de;q=0.9", "/de/"),
            ("xx,*;q=0.5", "/en/"),
            ("\x00\x01;;;q=9", "/en/"),
        ],
    )
    def test_a_visitor_is_led_by_the_browser(self, client, db, accepted, led_to):
        answer = client.get("/", headers={"Accept-Language": accepted})
        assert (answer.status_code, answer.url) == (302, led_to)
        assert {"Accept-Language", "Cookie"} <= {part.strip() for part in answer["Vary"].split(",")}
        assert "private" in answer["Cache-Control"]

    def test_a_choice_goes_before_the_browser_and_is_kept(self, client, db, settings):
        answer = client.post("/language/", {"language": "pl", "next": "/pl/statements/"})
        assert (answer.status_code, answer["Location"]) == (303, "/pl/statements/")
        cookie = answer.cookies[settings.READER_COOKIE_NAME]
        assert (cookie.value, cookie["samesite"], bool(cookie["httponly"])) == ("pl", "Lax", True)
        assert "no-store" in answer["Cache-Control"]
        assert client.get("/", headers={"Accept-Language": "fr"}).url == "/pl/"

    @pytest.mark.parametrize(
        "onward", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "", "fr/"]
    )
    def test_a_choice_leads_nowhere_else(self, client, db, onward):
        assert client.post("/language/", {"language": "fr", "next": onward})["Location"] == "/fr/"

    def test_an_unknown_choice_is_the_sites_own_language(self, client, db):
        assert client.post("/language/", {"language": "xx"})["Location"] == "/en/"
        assert client.get("/language/").status_code == 405

    def test_a_colleague_goes_to_the_desk(self, client, officer):
        client.force_login(officer)
        assert client.get("/").url == "/desk/"

    @pytest.mark.parametrize("name", PUBLIC)
    def test_every_page_has_the_switch_and_names_its_other_languages(self, client, db, name):
        page = client.get(address(name)).content.decode()
        assert '<button class="link" type="submit" name="language" value="fr" lang="fr">Français</button>' in page
        assert f'value="{address(name, "fr")}"' in page
        assert f'rel="canonical" href="{configured.SITE_URL}{address(name)}"' in page
        assert f'hreflang="fr" href="{configured.SITE_URL}{address(name, "fr")}"' in page
        assert 'hreflang="x-default"' in page

    def test_a_statement_names_exactly_its_own_languages_and_its_source_for_all_others(self, client, db):
        publish("text", languages=("de", "mt"), source_language="de")
        page = client.get(address("statement_detail", "mt", slug="text")).content.decode()
        found = dict(re.findall(r'rel="alternate" hreflang="([\w-]+)" href="([^"]+)"', page))
        german = configured.SITE_URL + address("statement_detail", "de", slug="text")
        maltese = configured.SITE_URL + address("statement_detail", "mt", slug="text")
        assert found == {"de": german, "mt": maltese, "x-default": german}
        assert f'value="{address("statement_list", "fr")}"' in page

    def test_every_language_has_its_page_and_the_list_says_how_many_texts(self, client, db):
        publish("text", languages=("en", "pl"))
        page = client.get(address("languages")).content.decode()
        assert '<button class="link" type="submit" name="language" value="pl" lang="pl">Polski</button>' in page
        assert page.index("Polski") < page.index("Dansk")
        assert client.get(address("home", "da")).status_code == 200

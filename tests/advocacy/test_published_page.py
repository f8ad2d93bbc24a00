"""What a statement's page tells machines, how old and new texts meet, and the foot of every page."""

import gzip
import io
import tarfile
from datetime import UTC, datetime
from html.parser import HTMLParser

from django.conf import settings as configured

from advocacy import publishing
from tests.advocacy.site_rows import address, publish


class Microdata(HTMLParser):
    """The properties of the first item of a type, as search engines read them."""

    def __init__(self):
        super().__init__()
        self.types, self.found = [], {}

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "itemtype" in given:
            self.types.append(given["itemtype"])
        for name in given.get("itemprop", "").split():
            self.found.setdefault(name, given.get("content") or given.get("href") or "")


class TestStatement:
    def test_search_engines_and_networks_learn_what_it_is(self, client, db):
        publish("paper", kind="position_paper", languages=("en", "fr"), at=datetime(2026, 11, 18, 12, tzinfo=UTC))
        page = client.get(address("statement_detail", "fr", slug="paper")).content.decode()
        read = Microdata()
        read.feed(page)
        assert read.types[:2] == ["https://schema.org/Report", "https://schema.org/Organization"]
        assert read.found["headline"] == "paper in fr"
        assert read.found["inLanguage"] == "fr"
        assert read.found["datePublished"].startswith("2026-11-18T")
        assert read.found["name"] == configured.PLATFORM_NAME
        assert {"articleBody", "publisher", "identifier", "url"} <= read.found.keys()
        assert '<meta property="og:title" content="paper in fr">' in page
        assert '<meta property="og:locale:alternate" content="en">' in page
        assert "<script" not in page

    def test_old_and_new_versions_point_at_each_other_while_both_are_public(self, client, db, approver):
        old = publish("old")
        publish("new", supersedes=old)
        assert (
            address("statement_detail", slug="new")
            in client.get(address("statement_detail", slug="old")).content.decode()
        )
        page = client.get(address("statement_detail", slug="new")).content.decode()
        assert "This text replaces an older one" in page
        publishing.withdraw(old, actor=approver, note="Taken back.")
        assert "This text replaces" not in client.get(address("statement_detail", slug="new")).content.decode()

    def test_a_withdrawn_text_is_gone_for_machines_too(self, client, db):
        publish("gone", status="withdrawn")
        page = client.get(address("statement_detail", slug="gone")).content.decode()
        assert "noindex" in page
        assert "gone in en" not in page


class TestFoot:
    def test_it_leads_to_the_source_and_privacy_and_shows_the_register_number(self, client, db, settings):
        settings.TRANSPARENCY_REGISTER_ID = "153882995425-37"
        settings.SOURCE_URL = "https://code.example/demarche"
        page = client.get(address("home")).content.decode()
        assert 'href="https://code.example/demarche">Source code</a>' in page
        assert "Transparency Register number 153882995425-37" in page
        assert address("privacy") in page

    def test_without_a_setting_the_site_gives_its_own_source_and_nothing_else(self, client, db):
        assert 'href="/source.tar.gz">Source code</a>' in client.get(address("home")).content.decode()
        answer = client.get("/source.tar.gz")
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(answer.content))) as tar:
            names = tar.getnames()
        assert {"demarche/LICENSE", "demarche/manage.py", "demarche/advocacy/source.py"} <= set(names)
        assert "demarche/locale/fr/LC_MESSAGES/django.po" in names
        held = {part for name in names for part in name.split("/")}
        assert not held & {"var", ".venv", ".git", ".env", "keys.json", "__pycache__"}
        assert not [name for name in names if name.endswith((".sqlite3", ".pem", ".pyc"))]
        assert answer["ETag"] == client.get("/source.tar.gz")["ETag"]

    def test_the_helpline_is_shown_where_one_is_set(self, client, db, settings):
        assert "helpline" not in client.get(address("home")).content.decode()
        settings.HELPLINE_URL = "https://help.example/"
        assert 'href="https://help.example/"' in client.get(address("home")).content.decode()

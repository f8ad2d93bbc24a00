"""What the world reads: published texts only, in each language, light to load and without a session."""

import gzip
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from advocacy import publishing, registry
from advocacy.models import ActionPlan, Ask, AskText, Point
from contacts.models import Organisation
from tests.factories import StatementFactory, StatementTextFactory, UserFactory


def public(name, lang="en", **arguments):
    return reverse(f"public:{name}", kwargs={"lang": lang, **arguments})


def publish(number=0, *, at=None, language="en", **fields):
    row = StatementFactory(
        status="published",
        published_at=at or timezone.now(),
        approved_by=User.objects.first() or UserFactory(),
        approved_at=timezone.now(),
        source_language=language,
        **fields,
    )
    StatementTextFactory(statement=row, language=language, title=f"Published text {number}", summary="In short.")
    return row


def page_of(client, row, lang="en"):
    return client.get(public("statement_detail", lang, slug=row.slug))


@pytest.mark.parametrize("stage", ["statement", "in_review", "approved"])
def test_what_is_not_published_is_not_there(client, request, stage):
    row = request.getfixturevalue(stage)

    assert page_of(client, row).status_code == 404
    assert "Compensation is a right" not in client.get(public("statement_list")).content.decode()


def test_a_published_text_has_its_reference_date_languages_and_address(client, published):
    StatementTextFactory(statement=published, language="fr", title="Un droit", body="<p>Oui.</p>")
    response = page_of(client, published)
    page = response.content.decode()

    assert response.status_code == 200
    assert published.reference in page
    assert "People who were trafficked have a right to compensation." in page
    address = f"{settings.SITE_URL}/fr/statements/compensation-is-a-right/"
    assert f'<link rel="alternate" hreflang="fr" href="{address}">' in page
    assert f'<link rel="canonical" href="{settings.SITE_URL}/en/statements/compensation-is-a-right/">' in page
    assert 'lang="fr" hreflang="fr" >Français</a>' in page
    assert "Published here" in page
    assert "Oui." in page_of(client, published, "fr").content.decode()


def test_the_page_around_a_french_text_is_in_french_and_around_a_maltese_one_in_english(
    client, published, more_languages
):
    StatementTextFactory(statement=published, language="fr", title="Un droit")
    StatementTextFactory(statement=published, language="mt", title="Dritt")

    assert '<html lang="fr"' in page_of(client, published, "fr").content.decode()
    maltese = page_of(client, published, "mt").content.decode()
    assert '<html lang="en"' in maltese
    assert '<h1 lang="mt">Dritt</h1>' in maltese


def test_a_language_that_is_missing_offers_those_there_are(client, published):
    response = page_of(client, published, "pl")

    assert response.status_code == 404
    assert "not translated into Polski" in response.content.decode()
    assert "/en/statements/compensation-is-a-right/" in response.content.decode()


def test_a_withdrawn_text_says_so_and_shows_no_word_of_it(client, published, approver):
    publishing.withdraw(published, actor=approver, note="An inside reason.")
    response = page_of(client, published)
    page = response.content.decode()

    assert response.status_code == 410
    assert "withdrawn" in page
    assert "People who were trafficked" not in page
    assert "An inside reason." not in page


@pytest.mark.parametrize(
    "address", ["/xx/statements/", "/english/statements/", "/en/statements/none/", "/en/plans/none/"]
)
def test_what_does_not_exist_is_404(client, db, address):
    assert client.get(address).status_code == 404


def test_made_up_texts_say_so(client, db):
    row = publish(is_sample=True)

    assert "Made up for this demo." in page_of(client, row).content.decode()
    assert "Made up for this demo" in client.get(public("statement_list")).content.decode()


def test_member_organisations_are_never_shown_as_having_signed(client, published):
    Organisation.objects.create(name="Harbour House", is_confidential=True, postal_address="1 Secret Street")
    page = page_of(client, published).content.decode()

    assert "Harbour House" not in page
    assert "Signed by" not in page


def test_stored_markup_that_should_not_be_there_is_cleaned_again(client, published):
    published.texts.update(body="<p>ok</p><script>alert(1)</script>", title="<script>alert(2)</script>")
    page = page_of(client, published).content.decode()

    assert "<script" not in page
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in page


def test_a_newer_version_is_pointed_at(client, published):
    newer = publish(1, supersedes=published)

    assert public("statement_detail", slug=newer.slug) in page_of(client, published).content.decode()


def test_where_it_went_stands_in_order(client, published, monkeypatch):
    def letters(row):
        yield registry.SentTo(datetime(2200, 1, 1, tzinfo=UTC), "Sent to 106 MEPs")

    monkeypatch.setattr(registry, "sent_to", [letters])
    page = page_of(client, published).content.decode()

    assert page.index("Published here") < page.index("<strong>Sent to 106 MEPs</strong>")
    assert "Sent to 106 MEPs on 1 January 2200." in page


class TestList:
    def test_nothing_yet(self, client, db):
        assert "Nothing is published yet" in client.get(public("statement_list")).content.decode()

    def test_newest_first_by_year_in_the_readers_language_else_as_written(self, client, db):
        old = publish(1, at=datetime(2024, 5, 1, 12, tzinfo=UTC))
        publish(2, at=datetime(2026, 5, 1, 12, tzinfo=UTC))
        StatementTextFactory(statement=old, language="de", title="Deutscher Titel")
        page = client.get(public("statement_list", "de")).content.decode()

        assert page.index(">2026</h2>") < page.index("Published text 2") < page.index(">2024</h2>")
        assert 'lang="de" hreflang="de">Deutscher Titel</a>' in page
        assert 'lang="en" hreflang="en">Published text 2</a>' in page

    def test_filters_count_what_is_behind_them(self, client, db):
        publish("one", at=datetime(2024, 5, 1, 12, tzinfo=UTC), kind="news")
        publish("two", at=datetime(2026, 5, 1, 12, tzinfo=UTC), language="fr")

        def read(**query):
            return client.get(public("statement_list"), query).content.decode()

        assert "Published text two" not in read(year="2024")
        assert "Published text one" not in read(language="fr")
        assert "Published text two" not in read(kind="news")
        assert "Published text two" not in read(q="TÉXT ONE")
        assert "No text matches" in read(kind="news", year="2026")
        assert "2024 (1)" in read()
        assert "Français (1)" in read()

    @pytest.mark.parametrize(
        "query", ["?year=9999999999999999999&page=-1", "?kind=x&language=%00&q=%00&year=٢٠٢٦", "?page=99999"]
    )
    def test_nonsense_in_the_address_is_harmless(self, client, db, query):
        publish()
        assert client.get(public("statement_list") + query).status_code == 200

    def test_pages_hold_ten_and_queries_do_not_grow(self, client, db, django_assert_max_num_queries):
        for number in range(23):
            publish(number)
        with django_assert_max_num_queries(12):
            page = client.get(public("statement_list"), {"q": "published"}).content.decode()

        assert page.count("<h3>") == 10
        assert "Page 1 of 3" in page
        assert "?q=published&amp;page=2" in page


def test_a_page_costs_few_queries_and_sets_no_cookie(client, published, django_assert_max_num_queries):
    for language in ("fr", "de", "es", "it"):
        StatementTextFactory(statement=published, language=language)
    with django_assert_max_num_queries(12):
        response = page_of(client, published)

    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_a_page_is_cached_briefly_and_sent_once(client, published):
    first = page_of(client, published)
    again = client.get(public("statement_detail", slug=published.slug), headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert "max-age=60" in first["Cache-Control"]
    published.texts.update(title="Changed")
    changed = client.get(public("statement_detail", slug=published.slug), headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_a_page_with_all_it_loads_is_below_60_kb(client, published):
    published.texts.update(body="<p>" + "Every word of a long statement weighs something. " * 400 + "</p>")
    parts = [page_of(client, published).content]
    for name in ("css/app.css", "css/public.css", "img/public.svg", "img/icon.svg"):
        with open(finders.find(name), "rb") as file:
            parts.append(file.read())

    assert sum(len(gzip.compress(part)) for part in parts) <= 60 * 1024


def test_pages_take_get_only(client, published):
    assert client.post(public("statement_list")).status_code in {403, 405}


class TestPlan:
    @pytest.fixture
    def plan(self, db):
        row = ActionPlan.objects.create(
            slug="six-points", title="Six points", addressee="Governments", is_sample=True, published_at=timezone.now()
        )
        for number in range(1, 7):
            ask = Ask.objects.create(slug=f"point-{number}", is_placeholder=True)
            AskText.objects.create(ask=ask, language="en", title=f"Placeholder for point {number}")
            Point.objects.create(plan=row, ask=ask, number=number)
        return row

    def test_points_stand_in_order_and_are_marked_as_placeholders(self, client, plan, django_assert_max_num_queries):
        with django_assert_max_num_queries(12):
            page = client.get(public("plan_detail", "fr", slug=plan.slug)).content.decode()

        positions = [page.index(f"Placeholder for point {number}") for number in range(1, 7)]
        assert positions == sorted(positions)
        assert page.count("Texte provisoire.") == 6
        assert "La formulation réelle des points n’est pas connue" in page

    def test_plans_are_listed_once_published(self, client, plan):
        assert "Six points" in client.get(public("plan_list")).content.decode()
        ActionPlan.objects.update(published_at=None)
        assert "No plan is published yet." in client.get(public("plan_list")).content.decode()
        assert client.get(public("plan_detail", slug=plan.slug)).status_code == 404

"""The PDF of a plan: its points, and the table of countries as the answers say it."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from advocacy import pdf
from advocacy.models import Ask, AskText
from contacts.languages import country_name
from tests.advocacy.scoreboard_parts import TITLES, WORDS, expected_table, fill, make_plan


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def table():
    return expected_table()


@pytest.fixture
def plan(db, table):
    plan = make_plan()
    fill(plan, table)
    return plan


def address(plan, lang="en"):
    return reverse("public:plan_pdf", kwargs={"lang": lang, "slug": plan.slug})


def text_of(content):
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


def test_the_table_says_what_the_answers_say_for_every_country_and_point(client, plan, table):
    response = client.get(address(plan))
    text = text_of(response.content)

    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["Content-Disposition"] == 'inline; filename="six-points-en.pdf"'
    for code, ratings in table.items():
        assert f"{country_name(code)} {' '.join(WORDS[rating] for rating in ratings)}" in text
    missing = sum(rating is None for ratings in table.values() for rating in ratings)
    assert f"No data, which is not the same as “not met”: {missing}." in text


def test_the_points_stand_in_their_order_under_one_heading_each(client, plan):
    text = text_of(client.get(address(plan)).content)
    places = [text.index(f"{number}. {title}") for number, title in enumerate(TITLES, start=1)]

    assert places == sorted(places)
    assert "To: Governments" in text


def test_placeholders_say_that_they_are_placeholders(client, plan):
    assert "Placeholder" not in text_of(client.get(address(plan)).content)

    Ask.objects.filter(slug="six-points-2").update(is_placeholder=True)
    text = text_of(client.get(address(plan)).content)
    assert "The real wording of the points is not known" in text
    assert text.count("Placeholder text.") == 2


def test_a_changed_answer_is_another_file_and_the_old_etag_ends(client, plan):
    first = client.get(address(plan))
    AskText.objects.filter(ask__slug="six-points-1").update(title="Another title")
    second = client.get(address(plan), headers={"If-None-Match": first["ETag"]})

    assert second.status_code == 200
    assert second["ETag"] != first["ETag"]
    assert "Another title" in text_of(second.content)


def test_a_draft_is_for_colleagues_and_says_so(client, sign_in, viewer, db):
    plan = make_plan(slug="not-yet", published_at=None)
    assert client.get(address(plan)).status_code == 404
    desk = reverse("advocacy:plan_pdf", args=[plan.slug])
    assert client.get(desk).status_code == 302

    response = sign_in(viewer).get(desk)
    assert "Draft, not published" in text_of(response.content)
    assert client.get(desk, {"lang": "no such"}).status_code == 404


def test_it_is_tagged_in_the_language_of_its_words(plan):
    reader = PdfReader(io.BytesIO(pdf.plan_pdf(plan, "fr")))

    # Its words are not translated: they are English, in a French frame.
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.metadata.title == "Six points"
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    assert "Où en sont les pays" in text_of(pdf.plan_pdf(plan, "fr"))


def test_it_costs_few_queries_however_many_countries(client, plan, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        client.get(address(plan))

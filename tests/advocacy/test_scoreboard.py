"""A plan's page says what the answers say, in every shape: table, chart, map, country pages, CSV and JSON."""

import csv
import gzip
import io
import re

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from advocacy.models import ActionPlan, Ask, Assessment
from contacts.models import Organisation, OrganisationMembership
from tests.advocacy.scoreboard_parts import (
    TITLES,
    WORDS,
    expected_table,
    fill,
    make_plan,
    members,
    tree_of,
    with_class,
    words,
)


def address(name, lang="en", **arguments):
    return reverse(f"public:{name}", kwargs={"lang": lang, "slug": "six-points", **arguments})


@pytest.fixture
def table():
    return expected_table()


@pytest.fixture
def plan(db, table):
    plan = make_plan()
    fill(plan, table)
    return plan


def page_of(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return tree_of(answer.content.decode())


def met(ratings):
    return sum(rating == "met" for rating in ratings)


def test_the_input_is_what_the_issue_asks_for(table):
    assert len(table) == 23
    assert {len(ratings) for ratings in table.values()} == {6}
    assert {rating for ratings in table.values() for rating in ratings} == {"met", "partly", "not_met", None}


def test_the_table_says_what_the_answers_say(client, plan, table):
    page = page_of(client, address("plan_detail"))
    rows = page.findall(".//table/tbody/tr")
    found = {row.get("id").upper(): [words(cell) for cell in row.findall("td")] for row in rows}

    assert found == {
        code: [str(met(ratings)), *(WORDS[rating] for rating in ratings)] for code, ratings in table.items()
    }
    counts = [int(words(row.findall("td")[0])) for row in rows]
    assert counts == sorted(counts, reverse=True)
    heads = [words(cell) for cell in page.findall(".//table/thead/tr/th")][2:]
    assert heads == [f"{number}. {title}" for number, title in enumerate(TITLES, start=1)]
    for row in rows:
        assert words(row.find("th/span")).split(", ") == sorted(members()[row.get("id").upper()], key=str.casefold)


def test_the_chart_fills_as_many_dots_as_countries_meet_a_point(client, plan, table):
    page = page_of(client, address("plan_detail"))
    [chart] = with_class(page, "svg", "p-dots")
    expected = [sum(ratings[index] == "met" for ratings in table.values()) for index in range(6)]

    lines = {}
    for dot in chart.iter("circle"):
        lines.setdefault(int(dot.get("cy")), []).append(dot.get("class") == "on")
    assert [sum(dots) for _y, dots in sorted(lines.items())] == expected
    assert {len(dots) for dots in lines.values()} == {23}
    assert [int(words(text)) for text in with_class(chart, "text", "count")] == expected
    label = chart.get("aria-label")
    assert label.startswith("Countries that meet each point, of 23:")
    assert [int(number) for number in re.findall(r": (\d+)(?:,|$)", label.split(":", 1)[1])] == expected


def test_the_list_of_points_counts_the_countries_that_meet_each(client, plan, table):
    page = page_of(client, address("plan_detail"))
    items = page.findall(".//ol[@class='points']/li")
    found = [words(item.findall(".//p[@class='score']")[-1]) for item in items]

    expected = [sum(ratings[index] == "met" for ratings in table.values()) for index in range(6)]
    assert found == [f"Met in {number} of 23 countries" for number in expected]
    assert "To: Governments." in words(page)
    total = sum(met(ratings) for ratings in table.values())
    assert f"{total} of 138 points met" in words(page)
    missing = sum(rating is None for ratings in table.values() for rating in ratings)
    assert f"{missing} answers are missing" in words(page)


def test_each_square_of_the_map_is_a_link_with_its_number_and_colour(client, plan, table):
    page = page_of(client, address("plan_detail"))
    links = page.findall(".//ol[@class='tilemap']/li/a")
    found = {link.get("href").rstrip("/").rsplit("/", 1)[1].upper(): link for link in links}

    assert set(found) == set(table)
    for code, link in found.items():
        assert f"{met(table[code])} of 6 points met" in words(link)
        assert link.get("class") == f"q{met(table[code])}"
    assert words(found["GB"]).startswith("UK")
    places = [item.get("class") for item in page.findall(".//ol[@class='tilemap']/li")]
    assert len({place.replace("none ", "") for place in places}) == len(places)


def test_each_countrys_page_agrees(client, plan, table):
    for code, ratings in table.items():
        page = page_of(client, address("plan_country", country=code.lower()))
        answers = page.findall(".//ol[@class='p-answers']/li")
        assert [words(with_class(item, "span", "st")[0]) for item in answers] == [WORDS[rating] for rating in ratings]
        assert words(page.find(".//h1")).endswith(f"meets {met(ratings)} of 6 points")
        strip = [words(item.find(".//b")) for item in page.findall(".//ol[@class='p-six']/li")]
        assert strip == [f"{number}. {WORDS[rating]}" for number, rating in enumerate(ratings, start=1)]


def test_the_csv_agrees_and_names_source_and_licence(client, plan, table):
    answer = client.get(address("plan_csv"))
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    header, rows, last = lines[0], lines[1:-1], lines[-1]
    found = {}
    for row in rows:
        facts = dict(zip(header, row, strict=True))
        found.setdefault(facts["country_code"], {})[int(facts["point"])] = facts["rating"]

    assert len(rows) == 138
    assert {code: [cells[number] for number in range(1, 7)] for code, cells in found.items()} == {
        code: [rating or "no_data" for rating in ratings] for code, ratings in table.items()
    }
    assert len(last) == 1
    assert last[0].startswith("# Source: ")
    assert "CC BY 4.0" in last[0]


def test_the_json_agrees_and_no_data_is_null(client, plan, table):
    data = client.get(address("plan_json")).json()

    assert {row["code"]: [cell["rating"] for cell in row["answers"]] for row in data["countries"]} == table
    assert {row["code"]: row["met"] for row in data["countries"]} == {code: met(row) for code, row in table.items()}
    assert data["met"] == sum(met(ratings) for ratings in table.values())
    assert data["answers_possible"] == 138
    assert data["licence"]["name"] == "CC BY 4.0"
    assert "Source: " in data["source"]


def test_no_data_is_never_shown_or_counted_as_not_met(client, plan):
    Assessment.objects.all().delete()
    page = page_of(client, address("plan_detail"))

    cells = {words(cell) for row in page.findall(".//table/tbody/tr") for cell in row.findall("td")[1:]}
    assert cells == {"No data"}
    assert not [cell for cell in with_class(page.find(".//table"), "span", "st") if "not" in cell.get("class").split()]
    assert "138 answers are missing" in words(page)


def test_history_stays_readable_and_the_current_answer_is_the_last(client, plan, table):
    past = Assessment.objects.filter(superseded_at__isnull=False).order_by("pk")
    with_answer = next(row for row in past if table[row.country][row.point.number - 1])
    page = page_of(client, address("plan_country", country=with_answer.country.lower()))

    item = page.find(f".//li[@id='p{with_answer.point.number}']")
    steps = [words(step) for step in with_class(item, "ol", "p-way")[0].iter("strong")]
    assert steps == [with_answer.get_rating_display(), WORDS[table[with_answer.country][with_answer.point.number - 1]]]


def test_an_answer_that_was_taken_back_ends_in_no_data(client, plan, table):
    past = Assessment.objects.filter(superseded_at__isnull=False).order_by("pk")
    without = next(row for row in past if table[row.country][row.point.number - 1] is None)
    page = page_of(client, address("plan_country", country=without.country.lower()))

    item = page.find(f".//li[@id='p{without.point.number}']")
    steps = [words(step) for step in with_class(item, "ol", "p-way")[0].iter("strong")]
    assert steps == [without.get_rating_display(), "No data"]


def test_countries_are_those_with_a_member_today(client, plan, table):
    OrganisationMembership.objects.filter(organisation__country="FR").update(ended_on="2026-01-31")
    Organisation.objects.filter(country="SE").delete()
    nordic = Organisation.objects.create(name="Invented member", country="SE")
    OrganisationMembership.objects.create(organisation=nordic, kind="member", started_on="2026-01-01")
    partner = Organisation.objects.create(name="Invented partner", country="PT")
    OrganisationMembership.objects.create(organisation=partner, kind="partner")

    page = page_of(client, address("plan_detail"))
    codes = {row.get("id").upper() for row in page.findall(".//table/tbody/tr")}
    assert codes == set(table) - {"FR"} | {"SE"}
    assert client.get(address("plan_country", country="fr")).status_code == 404
    assert client.get(address("plan_country", country="pt")).status_code == 404


def test_countries_have_their_names_in_the_readers_language(client, plan):
    page = page_of(client, address("plan_country", lang="fr", country="de"))
    assert "Allemagne" in words(page.find(".//h1"))
    assert "Allemagne" in words(page_of(client, address("plan_detail", lang="fr")))


@pytest.mark.parametrize("name", ["plan_detail", "plan_country", "plan_csv", "plan_json"])
def test_queries_do_not_grow_with_the_answers(client, plan, table, name, django_assert_max_num_queries):
    arguments = {"country": "de"} if name == "plan_country" else {}
    # Whether there is a newsletter is asked once a minute.
    client.get("/en/plans/")
    with django_assert_max_num_queries(7):
        client.get(address(name, **arguments))


def test_the_page_stays_within_its_budget(client, plan):
    body = client.get(address("plan_detail")).content
    text = body.decode()
    own = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', text))
    assert len(own) + 1 <= 4, own
    assert "<script" not in text
    files = [finders.find(path.removeprefix("/static/")) for path in own]
    parts = [body, *(open(path, "rb").read() for path in files)]  # noqa: SIM115 - a handful of small files
    assert sum(len(gzip.compress(part)) for part in parts) <= 60 * 1024


def test_pages_are_cached_briefly_and_set_no_cookie(client, plan):
    for name in ("plan_detail", "plan_csv", "plan_json"):
        answer = client.get(address(name))
        assert not answer.cookies
        assert "max-age=60" in answer["Cache-Control"]
        again = client.get(address(name), headers={"if-none-match": answer["ETag"]})
        assert again.status_code == 304


class TestEmbed:
    def test_it_may_stand_in_anybodys_frame_and_reads_no_cookie(self, client, plan, table):
        client.cookies["sessionid"] = "x"
        answer = client.get(reverse("plan_embed", args=["six-points"]))
        policy = answer["Content-Security-Policy"]

        assert "frame-ancestors *" in policy
        assert "script-src" not in policy
        assert not answer.has_header("X-Frame-Options")
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")
        links = tree_of(answer.content.decode()).findall(".//ol[@class='tilemap']/li/a")
        assert len(links) == 23
        assert {link.get("target") for link in links} == {"_top"}

    def test_a_repeated_request_keeps_the_policy(self, client, plan):
        address = reverse("plan_embed", args=["six-points"])
        again = client.get(address, headers={"if-none-match": client.get(address)["ETag"]})
        assert again.status_code == 304
        assert "frame-ancestors *" in again["Content-Security-Policy"]

    def test_it_speaks_the_asked_language(self, client, plan):
        answer = client.get(reverse("plan_embed", args=["six-points"]), {"lang": "fr"})
        assert "Allemagne" in answer.content.decode()

    def test_a_plan_that_is_not_public_is_not_embedded(self, client, plan):
        ActionPlan.objects.update(published_at=None)
        assert client.get(reverse("plan_embed", args=["six-points"])).status_code == 404


def test_placeholders_and_samples_are_named_on_every_page(client, plan):
    Ask.objects.update(is_placeholder=True)
    Assessment.objects.update(is_sample=True)
    ActionPlan.objects.update(is_sample=True)
    for url in (
        address("plan_detail"),
        address("plan_country", country="de"),
        reverse("plan_embed", args=["six-points"]),
    ):
        text = words(page_of(client, url))
        assert "The real wording of the points is not known" in text
        assert "Made up for this demo." in text
    assert "Sample data" in client.get(address("plan_csv")).content.decode()
    assert "Sample data" in client.get(address("plan_json")).json()["source"]


def test_no_answers_and_no_members_have_a_page_too(client, db):
    make_plan()
    assert "No country is followed yet" in words(page_of(client, address("plan_detail")))
    assert client.get(address("plan_json")).json()["countries"] == []
    assert "No country is followed yet" in client.get(reverse("plan_embed", args=["six-points"])).content.decode()

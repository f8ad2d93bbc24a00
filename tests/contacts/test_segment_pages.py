"""Segments: built with a live count, read as arithmetic, kept while a letter uses them."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from contacts import registry
from contacts.models import Contact, Segment
from contacts.registry import Use
from contacts.suppression import suppress
from mailing.models import AudienceRule
from tests.factories import MailingFactory

pytestmark = pytest.mark.django_db
LIST, NEW, COUNT = (reverse(f"contacts:segment_{name}") for name in ("list", "create", "count"))
LIBE = {"seat": {"committee": ["LIBE"]}}


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def people(parliament):
    parliament.mep("Brennan", country="IE", group="SD", seats=[("LIBE", "member"), ("FEMM", "substitute")])
    parliament.mep("Leblanc", country="FR", group="EPP", seats=[("LIBE", "chair")])
    parliament.mep("Byrne", country="IE", group="EPP")


def detail(segment, name="segment_detail"):
    return reverse(f"contacts:{name}", args=[segment.pk])


def test_an_empty_list_teaches_what_a_segment_is(signed_in):
    text = signed_in.get(LIST).content.decode()
    assert "There is no segment yet." in text
    assert NEW in text


def sent(*lines, how="all", **fields):
    """What the builder's page sends for these lines of the outermost group: (field, {part: values})."""
    data = {"r.how": how, **fields}
    for place, (key, parts) in enumerate(lines):
        data[f"r.{place}.field"] = key
        data |= {f"r.{place}.{name}": values for name, values in parts.items()}
    return data


IN_LIBE = ("seat", {"committee": ["LIBE"], "role": ""})
FULL_LIBE = ("seat", {"committee": ["LIBE"], "role": "chair,vice_chair,member"})
IRISH = ("country", {"country": ["IE"]})


def test_a_segment_is_made_and_read_as_a_sentence(signed_in, people, officer):
    response = signed_in.post(NEW, sent(FULL_LIBE, IRISH, name="Irish in LIBE"), follow=True)
    segment = Segment.objects.get()
    assert segment.criteria["all"][1] == {"country": ["IE"]}
    assert segment.owner == officer.affiliations.get().organisation
    text = response.content.decode()
    assert "Full members of LIBE from Ireland" in text
    assert "Brennan" in text
    assert "Leblanc" not in text
    assert AuditEvent.objects.get().sentence == "made a segment"
    assert "Full members of LIBE from Ireland" in signed_in.get(LIST).content.decode()


def test_counting_saves_nothing(signed_in, people):
    response = signed_in.post(NEW, sent(IN_LIBE, name="", do="count"))
    assert response.status_code == 200
    assert response.context["number"] == 2
    assert not Segment.objects.exists()


def test_the_live_count_is_a_fragment_with_the_arithmetic(signed_in, people):
    data = sent(IN_LIBE, IRISH) | {"r.2.how": "none", "r.2.0.field": "group", "r.2.0.group": ["EPP"]}
    response = signed_in.post(COUNT, data)
    text = response.content.decode()
    assert "<html" not in text
    assert response.context["number"] == 1
    assert [(line.key, line.left) for line, _gone in response.context["lines"]] == [
        ("seat", 2),
        ("country", 1),
        ("not", 1),
    ]
    assert "Members and substitutes of LIBE from Ireland, without MEPs in EPP." in text.replace("\n", "")


def test_every_line_and_group_has_its_own_number(signed_in, people):
    data = sent(IN_LIBE, how="any") | {"r.1.how": "all", "r.1.0.field": "country", "r.1.0.country": ["IE"]}
    data |= {"r.1.1.field": "group", "r.1.1.group": ["EPP"]}
    response = signed_in.post(COUNT, data)
    numbers = {node.path: node.number for node in response.context["nodes"]}
    assert numbers == {"r": 3, "r.0": 2, "r.1": 1, "r.1.0": 2, "r.1.1": 2}
    assert 'id="n-r-1-0" hx-swap-oob="true">2<' in response.content.decode()


def test_the_live_count_says_which_condition_leaves_nobody(signed_in, people):
    french = ("country", {"country": ["FR"]})
    text = signed_in.post(COUNT, sent(("seat", {"committee": ["FEMM"]}), french)).content.decode()
    assert "FEMM has 1 members; your country filter leaves 0." in text


def test_the_live_count_waits_for_a_choice_and_tells_what_is_wrong(signed_in, people):
    assert "Choose a committee" in signed_in.post(COUNT, {}).content.decode()
    wrong = sent(("seat", {"committee": ["LlBE"]}))
    assert "Did you mean LIBE?" in signed_in.post(COUNT, wrong).content.decode()
    assert signed_in.get(COUNT).status_code == 405


def test_a_nested_rule_is_edited_as_groups_and_comes_back_the_same(signed_in, people):
    rule = {"any": [LIBE, {"all": [{"country": ["IE"]}, {"group": ["EPP"]}]}, {"not": {"group": ["SD"]}}]}
    segment = Segment.objects.create(name="Nested", criteria=rule)
    page = signed_in.get(detail(segment, "segment_edit"))
    assert page.context["builder"].read(strict=True) == rule
    data = sent(IN_LIBE, how="any", name="Nested")
    data |= {"r.1.how": "all", "r.1.0.field": "country", "r.1.0.country": ["PL"]}
    signed_in.post(detail(segment, "segment_edit"), data)
    segment.refresh_from_db()
    assert segment.criteria == {"any": [LIBE, {"country": ["PL"]}]}


def test_a_wrong_line_shows_its_sentence_and_keeps_what_was_chosen(signed_in, people):
    response = signed_in.post(NEW, sent(("seat", {"committee": ["comittee"]}), name="Wrong"))
    text = response.content.decode()
    assert response.status_code == 422
    assert "“comittee” is not a committee." in text
    assert 'value="comittee" checked' in text
    assert not Segment.objects.exists()


def test_a_line_that_is_not_filled_is_counted_without_and_not_saved(signed_in, people):
    lines = IN_LIBE, ("country", {})
    assert signed_in.post(COUNT, sent(*lines)).context["number"] == 2
    response = signed_in.post(NEW, sent(*lines, name="Half"))
    assert "Nothing is chosen in “Country”. Choose something or remove the line." in response.content.decode()
    assert not Segment.objects.exists()


def test_a_segment_needs_a_condition(signed_in, people):
    response = signed_in.post(NEW, {"name": "Nobody"})
    assert response.status_code == 422
    assert "Choose at least one condition." in response.content.decode()


def test_names_are_unique_whatever_the_case(signed_in, people):
    Segment.objects.create(name="Friends", criteria=LIBE)
    response = signed_in.post(NEW, sent(IN_LIBE, name="friends"))
    assert "There is a segment with this name already." in response.content.decode()


def test_buttons_add_and_remove_lines_and_groups(signed_in, people):
    added = signed_in.post(NEW, sent(IN_LIBE, do="add-line:r", **{"r.new": "country"}))
    assert [line.key for line in added.context["builder"].lines()] == ["seat", "country"]
    assert "autofocus" in added.content.decode()
    grouped = signed_in.post(NEW, sent(IN_LIBE, do="add-group:r"))
    assert [node.path for node in grouped.context["builder"].nodes()] == ["r", "r.0", "r.1"]
    dropped = signed_in.post(NEW, sent(IN_LIBE, IRISH, do="drop:r.0"))
    assert [(line.path, line.key) for line in dropped.context["builder"].lines()] == [("r.0", "country")]
    for nonsense in ["drop:r", "drop:r.9", "add-line:r.0.0", "add-group:", "x" * 500, "drop:r.0.0.0.0.0"]:
        assert signed_in.post(NEW, sent(IN_LIBE, do=nonsense)).status_code == 200
    assert not Segment.objects.exists()


def test_people_are_added_and_left_out_by_hand(signed_in, people, parliament):
    byrne, leblanc = (Contact.objects.get(family_name=name) for name in ("Byrne", "Leblanc"))
    found = signed_in.post(NEW, sent(IN_LIBE, do="find", find="byr")).content.decode()
    assert f'value="include:{byrne.pk}"' in found
    one = signed_in.post(NEW, sent(IN_LIBE, do=f"include:{byrne.pk}"))
    assert one.context["number"] == 3
    data = sent(IN_LIBE, name="By hand") | {
        "pick": [f"include:{byrne.pk}", f"exclude:{leblanc.pk}", "x:y", "include:0"]
    }
    page = signed_in.post(NEW, data, follow=True)
    segment = Segment.objects.get()
    assert {person.family_name for person in segment.people()} == {"Brennan", "Byrne"}
    text = page.content.decode()
    assert "Added by hand" in text
    assert "Left out by hand" in text
    assert page.context["number"] == 2
    signed_in.post(detail(segment, "segment_edit"), sent(IN_LIBE, name="By hand"))
    assert not segment.picks.exists()


def test_a_segment_may_be_people_by_hand_alone(signed_in, people):
    byrne = Contact.objects.get(family_name="Byrne")
    signed_in.post(NEW, {"name": "Only Byrne", "pick": [f"include:{byrne.pk}"]})
    assert [person.pk for person in Segment.objects.get().people()] == [byrne.pk]
    assert signed_in.get(detail(Segment.objects.get())).context["number"] == 1


def test_it_says_how_many_a_letter_would_reach(signed_in, people):
    suppress(Contact.objects.get(family_name="Brennan"), scope="letters", reason="objection")
    text = signed_in.post(COUNT, sent(IN_LIBE)).content.decode()
    assert "1 of them asked us not to write." in text
    assert "A letter would go to 1." in text


def test_a_copy_begins_with_the_rule_and_the_people_of_the_other(signed_in, people, stranger, client):
    segment = Segment.objects.create(name="Friends", criteria=LIBE)
    page = signed_in.get(f"{NEW}?from={segment.pk}")
    assert page.context["builder"].read() == LIBE
    assert page.context["form"]["name"].value() == "Copy of Friends"
    for nonsense in ["x", "999999", "9" * 30]:
        assert not signed_in.get(f"{NEW}?from={nonsense}").context["builder"].lines()


def test_a_segment_that_nothing_uses_is_deleted(signed_in, people):
    segment = Segment.objects.create(name="Short-lived", criteria=LIBE)
    assert "Only the rule goes." in signed_in.get(detail(segment, "segment_delete")).content.decode()
    signed_in.post(detail(segment, "segment_delete"))
    assert not Segment.objects.exists()
    assert AuditEvent.objects.get().object_label == "Short-lived"


def test_a_segment_that_a_letter_uses_stays_and_says_so(signed_in, people, monkeypatch):
    segment = Segment.objects.create(name="Used", criteria=LIBE)
    mailing = MailingFactory(reference="TST-2026-014")
    AudienceRule.objects.create(mailing=mailing, segment=segment)
    monkeypatch.setattr(registry, "segment_uses", [lambda _segment: [Use("Letter", mailing.reference, "/letter/")]])
    assert "TST-2026-014" in signed_in.get(detail(segment, "segment_delete")).content.decode()
    text = signed_in.post(detail(segment, "segment_delete"), follow=True).content.decode()
    assert "“Used” is used by TST-2026-014 and stays." in text
    assert Segment.objects.filter(pk=segment.pk).exists()
    assert not AuditEvent.objects.exists()


def test_an_empty_segment_says_which_condition_empties_it(signed_in, people):
    segment = Segment.objects.create(name="Nobody", criteria={"all": [LIBE, {"country": ["MT"]}]})
    text = signed_in.get(detail(segment)).content.decode()
    assert "Nobody matches." in text
    assert "There are no people from Malta." in text


@pytest.mark.parametrize("criteria", [{}, {"committee": ["LIBE"]}, [], {"all": "x"}, {"tag": ["gone"]}])
def test_a_rule_nobody_can_read_breaks_no_page(signed_in, people, criteria):
    segment = Segment.objects.create(name="Odd", criteria=criteria)
    for name in ["segment_detail", "segment_edit", "segment_delete"]:
        assert signed_in.get(detail(segment, name)).status_code == 200
    assert signed_in.get(LIST).status_code == 200
    assert signed_in.get(detail(segment, "segment_export")).status_code in (200, 302)


@pytest.mark.parametrize("by", ["group", "country", "language", "address", "nonsense"])
def test_the_people_are_broken_down(signed_in, people, by):
    segment = Segment.objects.create(name="All MEPs", criteria={"kind": ["mep"]})
    bars = signed_in.get(detail(segment), {"by": by}).context["bars"]
    assert sum(row["value"] for row in bars) == 3
    assert bars[0]["value"] == (3 if by == "address" else 2)


def test_a_segment_is_exported(signed_in, people):
    segment = Segment.objects.create(name="LIBE", criteria=LIBE)
    content = b"".join(signed_in.get(detail(segment, "segment_export")).streaming_content).decode()
    assert "Brennan" in content
    assert "Byrne" not in content


def test_strangers_and_viewers_stay_outside(client, stranger, viewer, people):
    segment = Segment.objects.create(name="Ours", criteria=LIBE)
    client.force_login(stranger)
    for name in ["segment_detail", "segment_edit", "segment_delete", "segment_export"]:
        assert client.get(detail(segment, name)).status_code == 404
    assert "Ours" not in client.get(LIST).content.decode()
    client.force_login(viewer)
    assert client.get(detail(segment)).status_code == 200
    for name in ["segment_edit", "segment_delete", "segment_export"]:
        assert client.get(detail(segment, name)).status_code == 403


@pytest.mark.parametrize("number", [10, 300])
def test_the_number_of_queries_does_not_grow(signed_in, parliament, django_assert_max_num_queries, number):
    parliament.crowd(number)
    for n in range(number // 5):
        Segment.objects.create(name=f"Segment {n}", criteria={"all": [LIBE, {"group": ["EPP"]}]})
    segment = Segment.objects.first()
    for url in [LIST, NEW, detail(segment), detail(segment, "segment_edit")]:
        with django_assert_max_num_queries(12):
            assert signed_in.get(url).status_code == 200
    with django_assert_max_num_queries(12):
        signed_in.post(COUNT, sent(IN_LIBE, ("group", {"group": ["EPP"]})))

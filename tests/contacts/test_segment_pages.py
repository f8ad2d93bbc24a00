"""Segments: built with a live count, read as arithmetic, kept while a letter uses them."""

import json

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from contacts import registry
from contacts.models import Segment
from contacts.registry import Use
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


def test_a_segment_is_made_and_read_as_a_sentence(signed_in, people, officer):
    data = {"name": "Irish in LIBE", "committees": ["LIBE"], "role": "full", "countries": ["IE"]}
    response = signed_in.post(NEW, data, follow=True)
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
    response = signed_in.post(NEW, {"name": "", "committees": ["LIBE"], "count": "1"})
    assert response.status_code == 200
    assert response.context["number"] == 2
    assert not Segment.objects.exists()


def test_the_live_count_is_a_fragment_with_the_arithmetic(signed_in, people):
    response = signed_in.post(COUNT, {"committees": ["LIBE"], "countries": ["IE"], "out_groups": ["EPP"]})
    text = response.content.decode()
    assert "<html" not in text
    assert response.context["number"] == 1
    assert [(line.key, line.left) for line, _gone in response.context["lines"]] == [
        ("seat", 2),
        ("country", 1),
        ("not", 1),
    ]
    assert "Members and substitutes of LIBE from Ireland, without MEPs in EPP." in text.replace("\n", "")


def test_the_live_count_says_which_condition_leaves_nobody(signed_in, people):
    text = signed_in.post(COUNT, {"committees": ["FEMM"], "countries": ["FR"]}).content.decode()
    assert "FEMM has 1 members; your country filter leaves 0." in text


def test_the_live_count_waits_for_a_choice_and_tells_what_is_wrong(signed_in, people):
    assert "Choose a committee" in signed_in.post(COUNT, {}).content.decode()
    assert (
        "Did you mean LIBE?"
        in signed_in.post(COUNT, {"advanced": '{"seat": {"committee": ["LlBE"]}}'}).content.decode()
    )
    assert signed_in.get(COUNT).status_code == 405


def test_a_nested_rule_is_edited_as_json_beside_its_sentence(signed_in, people):
    rule = {"any": [LIBE, {"all": [{"country": ["IE"]}, {"group": ["EPP"]}]}]}
    segment = Segment.objects.create(name="Nested", criteria=rule)
    response = signed_in.get(detail(segment, "segment_edit"))
    text = response.content.decode()
    assert json.loads(response.context["form"]["advanced"].value()) == rule
    assert "Members and substitutes of LIBE or MEPs in EPP from Ireland" in text
    changed = json.dumps({"any": [LIBE, {"country": ["PL"]}]})
    signed_in.post(detail(segment, "segment_edit"), {"name": "Nested", "advanced": changed})
    segment.refresh_from_db()
    assert segment.criteria == {"any": [LIBE, {"country": ["PL"]}]}


def test_a_wrong_rule_shows_its_sentence_and_keeps_what_was_typed(signed_in, people):
    response = signed_in.post(NEW, {"name": "Wrong", "advanced": '{"seat": {"comittee": ["LIBE"]}}'})
    text = response.content.decode()
    assert "Did you mean committee?" in text
    assert "comittee" in text
    assert not Segment.objects.exists()


def test_names_are_unique_whatever_the_case(signed_in, people):
    Segment.objects.create(name="Friends", criteria=LIBE)
    response = signed_in.post(NEW, {"name": "friends", "committees": ["LIBE"]})
    assert "There is a segment with this name already." in response.content.decode()


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


@pytest.mark.parametrize("by", ["group", "country", "language", "nonsense"])
def test_the_people_are_broken_down(signed_in, people, by):
    segment = Segment.objects.create(name="All MEPs", criteria={"kind": ["mep"]})
    bars = signed_in.get(detail(segment), {"by": by}).context["bars"]
    assert sum(row["value"] for row in bars) == 3
    assert bars[0]["value"] == 2


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
        signed_in.post(COUNT, {"committees": ["LIBE"], "groups": ["EPP"]})

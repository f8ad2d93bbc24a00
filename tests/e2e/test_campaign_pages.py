"""The pages of campaigns in a real browser: a walk from an empty desk to a story, and axe on every page, wide and
narrow, light and dark."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from advocacy.evidence import save_evidence
from advocacy.models import CalendarDay, Campaign, Evidence
from contacts.models import Organisation
from tests.advocacy.campaign_makers import attend, make_campaign, make_event, make_figure, stand
from tests.e2e.hands import Keyboard, Pointer
from tests.factories import PASSWORD, BodyFactory, ContactFactory, StatementFactory, StatementTextFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(officer):
    """A public campaign with everything that belongs to one."""
    campaign = make_campaign(public=True, topic="Compensation", ends_on=timezone.localdate() + dt.timedelta(days=90))
    campaign.partners.add(Organisation.objects.create(name="Harbour House"))
    campaign.target_bodies.add(BodyFactory(code="LIBE"))
    StatementTextFactory(statement=StatementFactory(campaign=campaign), title="Wages before the vote")
    person = ContactFactory(given_name="Ana", family_name="Horvat")
    for number, stance in enumerate(("champion", "supportive", "opposed")):
        stand(campaign, stance, person=person if number == 0 else None)
    event = make_event(campaign=campaign, is_public=True, place="Prague", report="Forty people came.\n\nThey stayed.")
    event.links.create(label="Programme", url="https://harbour.example/programme.pdf", is_attachment=True)
    host = attend(event, person=person, role="host", answer="came", is_public=True)
    make_event("later", title="Conference of all who were never paid", days=40, campaign=campaign)
    figure = make_figure(checked_on=timezone.localdate() - dt.timedelta(days=500))
    save_evidence(Evidence.objects.get(pk=figure.pk), actor=officer)
    save_evidence(make_figure("other", claim="Another"), actor=officer)
    CalendarDay.objects.create(
        slug="soon", name="Day of wages", month=timezone.localdate().month, day=timezone.localdate().day
    )
    return {"campaign": campaign.slug, "event": event.slug, "person": person.public_id, "host": host.pk}


def desk_pages(world):
    at = {"campaign": [world["campaign"]], "event": [world["event"]], "person": [world["person"]]}
    found = [reverse(f"advocacy:{name}") for name in ("campaign_list", "campaign_create", "event_list", "event_create")]
    found += [reverse(f"advocacy:{name}") for name in ("evidence_list", "evidence_create", "calendar", "day_create")]
    found += [
        reverse(f"advocacy:{name}", args=at["campaign"])
        for name in ("campaign_detail", "campaign_edit", "campaign_belongings", "position_list")
    ]
    found += [reverse("advocacy:position_find", args=at["campaign"]) + "?q=horvat"]
    found += [reverse("advocacy:campaign_text", args=[*at["campaign"], "fr"])]
    found += [reverse("advocacy:promise_record", args=[*at["campaign"], *at["person"]])]
    found += [reverse("advocacy:position_set", args=at["person"]), reverse("contacts:person_detail", args=at["person"])]
    found += [reverse(f"advocacy:{name}", args=at["event"]) for name in ("event_detail", "event_edit")]
    found += [reverse("advocacy:attendance_add", args=at["event"]) + "?q=horvat"]
    found += [reverse("advocacy:attendance_edit", args=[*at["event"], world["host"]])]
    found += [reverse(f"advocacy:{name}", args=["cases"]) for name in ("evidence_detail", "evidence_edit")]
    return [*found, reverse("advocacy:day_edit", args=["soon"]), reverse("desk:home")]


def test_axe_finds_nothing_on_the_desk_and_nothing_scrolls_sideways(visit, approver, world):
    with visit() as ilse:
        ilse.sign_in(approver, PASSWORD)
        for path in desk_pages(world):
            ilse.open(path)
            ilse.check_page(path)
        ilse.check_no_complaints()


def test_empty_pages_are_readable_too(visit, officer):
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        for name in ("campaign_list", "event_list", "evidence_list", "calendar"):
            boris.open(reverse(f"advocacy:{name}"))
            boris.check_page(name)
        boris.check_no_complaints()


def test_axe_finds_nothing_on_the_public_pages(visit, world):
    pages = [reverse("public:campaign_list", args=["en"])]
    pages += [reverse("public:campaign_detail", args=["en", world["campaign"]])]
    pages += [reverse("public:event_detail", args=["fr", world["event"]])]
    with visit(java_script_enabled=True) as reader:
        for path in pages:
            page = reader.open(path)
            assert page.get_by_role("heading", level=1).count() == 1, path
            reader.check_page(path)
        reader.check_no_complaints()


@pytest.mark.parametrize("hands", [Pointer, Keyboard], ids=["pointer", "keyboard"])
def test_a_campaign_is_started_and_a_position_is_set(visit, officer, transactional_db, hands):
    ContactFactory(given_name="Ana", family_name="Horvat")
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        page = boris.open(reverse("advocacy:campaign_list"))
        hand = hands(page)
        hand.press("link", "Start the first one")
        hand.write("Title", "Pay what is due")
        hand.write("Aim, in one sentence", "Wages for all who worked.")
        hand.press("button", "Save")
        page.get_by_role("heading", name="Pay what is due", level=1).wait_for()
        hand.press("link", "Set a position")
        hand.write("Name", "horvat")
        hand.press("button", "Find")
        hand.press("link", "Position : Ana Horvat")
        hand.tick("Champion")
        hand.write("How we know", "A speech in plenary")
        hand.press("button", "Save")
        page.get_by_text("The position is kept.").wait_for()
        boris.check_no_complaints()
    campaign = Campaign.objects.get()
    assert campaign.positions.get().stance == "champion"

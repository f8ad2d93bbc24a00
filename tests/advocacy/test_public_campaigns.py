"""What the public reads of a campaign: what is published, and numbers; nobody's name."""

import pytest
from django.urls import reverse
from django.utils import timezone

from advocacy.models import ActionPlan
from contacts.models import Interaction
from mailing.models import Delivery, Mailing
from tests.advocacy.campaign_makers import make_campaign, make_event, stand
from tests.factories import ContactFactory, MailingFactory, StatementFactory, StatementTextFactory, UserFactory

pytestmark = pytest.mark.django_db


def page(client, name, *args):
    return client.get(reverse(f"public:{name}", args=["en", *args]))


def letter_to(count, campaign, **fields):
    now = timezone.now()
    mailing = MailingFactory(campaign=campaign, title="Secret title", **fields)
    Mailing.objects.filter(pk=mailing.pk).update(
        status="finished", frozen_at=now, started_at=now, finished_at=now, approved_at=now,
        approver=UserFactory(role="approver"),
    )  # fmt: skip
    for _number in range(count):
        person = ContactFactory(family_name="Horvat")
        Delivery.objects.create(
            mailing=mailing, contact=person, email_key=person.email_key, language="en", status="sent",
            sent_at=now, queued_at=now, replied_at=now,
        )  # fmt: skip
    return mailing


def test_no_campaign_is_public_yet(client):
    make_campaign()
    assert "No campaign is public yet" in page(client, "campaign_list").content.decode()
    assert page(client, "campaign_detail", "pay-what-is-due").status_code == 404


def test_the_story_holds_what_is_published_and_numbers(client, published):
    campaign = make_campaign(public=True, title="Pay <b>what</b> is due")
    published.campaign = campaign
    published.save(update_fields=["campaign"])
    StatementTextFactory(statement=StatementFactory(campaign=campaign), title="Still a draft")
    ActionPlan.objects.create(slug="hidden", title="Hidden plan", addressee="x", campaign=campaign)
    make_event("inner", title="Inner circle", campaign=campaign)
    make_event("open", title="Open hearing", campaign=campaign, is_public=True)
    letter_to(3, campaign, statement=published)
    letter_to(2, campaign, statement=StatementFactory())
    for kind in ("commitment", "commitment", "meeting"):
        Interaction.objects.create(
            contact=ContactFactory(family_name="Horvat"), kind=kind, at=timezone.now(), note="Promised it.",
            reference_type="advocacy.campaign", reference_id=str(campaign.pk),
        )  # fmt: skip
    stand(campaign, "champion", person=ContactFactory(family_name="Horvat"))

    text = page(client, "campaign_detail", campaign.slug).content.decode()

    for words in (
        *("Pay &lt;b&gt;what", "Compensation is a right", "Open hearing", "A letter was sent to 3 people"),
        *("1 statement", "1 letter", "1 event", "1 meeting", "2 commitments"),
    ):
        assert words in text, words
    for words in ("Still a draft", "Hidden plan", "Inner circle", "sent to 2 people", "Secret title", "answered"):
        assert words not in text, words
    for words in ("Horvat", "Promised it", "hampion"):
        assert words not in text, words


def test_a_reader_gets_the_campaign_in_their_language(client):
    campaign = make_campaign(public=True)
    campaign.texts.create(language="fr", title="Payer ce qui est dû")
    french = client.get(reverse("public:campaign_detail", args=["fr", campaign.slug]))
    assert "Payer ce qui est dû" in french.content.decode()
    german = client.get(reverse("public:campaign_detail", args=["de", campaign.slug])).content.decode()
    assert '<h1 lang="en">Pay what is due</h1>' in german


def test_the_desk_counts_letters_and_answers(sign_in, officer):
    campaign = make_campaign()
    letter_to(2, campaign)
    text = sign_in(officer).get(reverse("advocacy:campaign_detail", args=[campaign.slug])).content.decode()
    assert "A letter was sent to 2 people" in text
    assert "2 answered" in text
    assert "Horvat" not in text


def test_a_letter_made_from_a_statement_belongs_to_its_campaign_and_can_be_moved(sign_in, officer, published):
    from mailing.drafting import make_letter
    from tests.factories import SenderFactory

    SenderFactory()
    campaign, other = make_campaign(), make_campaign("other", title="Another")
    published.campaign = campaign
    published.save(update_fields=["campaign"])
    mailing = make_letter(published, actor=officer)
    assert mailing.campaign_id == campaign.pk
    url = reverse("mailing:letter_details", args=[mailing.reference])
    data = {"details-title": mailing.title, "details-sender": mailing.sender_id, "details-campaign": other.pk}
    version = mailing.version
    sign_in(officer).post(url, data)
    mailing.refresh_from_db()
    assert (mailing.campaign, mailing.version) == (other, version)


def test_public_pages_cost_the_same_with_any_number_of_rows(client, django_assert_max_num_queries):
    campaign = make_campaign(public=True)
    for number in range(20):
        make_campaign(f"campaign-{number}", public=True)
        make_event(f"event-{number}", campaign=campaign, is_public=True)
        StatementTextFactory(statement=StatementFactory(campaign=campaign))
    for url in ("campaign_list", "campaign_detail"):
        args = [campaign.slug] if url == "campaign_detail" else []
        with django_assert_max_num_queries(12):
            assert page(client, url, *args).status_code == 200

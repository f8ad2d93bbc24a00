"""The pages of letters: who may open them, what they cost, what they say when there is nothing or too much."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.models import Segment
from mailing import lifecycle
from mailing.models import AudienceRule, Mailing, MailingContent, MailingTransition
from tests.factories import SenderFactory

pytestmark = pytest.mark.django_db


def page(response):
    return response.content.decode()


STEPS = ["letter_write", "letter_audience", "letter_people", "letter_check", "letter_approve"]


def test_a_stranger_sees_no_letter(letter, member, sign_in, stranger):
    member()
    client = sign_in(stranger)
    for name in [*STEPS, "letter_report", "letter_progress", "letter_send", "letter_sent", "letter_ledger"]:
        url = reverse(f"mailing:{name}", args=[letter.reference])
        assert client.get(url).status_code == 404, name
    assert letter.reference not in page(client.get(reverse("mailing:letter_list")))


def test_a_viewer_reads_and_changes_nothing(letter, member, sign_in, viewer):
    member()
    client = sign_in(viewer)
    shown = page(client.get(reverse("mailing:letter_approve", args=[letter.reference])))
    assert "Ask for approval" not in shown
    for name in ("letter_write", "letter_audience", "letter_send", "letter_stop", "letter_create"):
        arguments = [] if name == "letter_create" else [letter.reference]
        assert client.get(reverse(f"mailing:{name}", args=arguments)).status_code == 403, name
    for name in ("letter_submit", "letter_approval", "letter_changes", "letter_pause", "letter_undo", "letter_test"):
        assert client.post(reverse(f"mailing:{name}", args=[letter.reference])).status_code == 403, name
    assert Mailing.objects.get().status == "draft"


def test_an_officer_cannot_approve_by_address(letter, member, sign_in, officer, approver):
    member()
    lifecycle.submit(letter, actor=officer, approver=approver)
    client = sign_in(officer)
    url = reverse("mailing:letter_approval", args=[letter.reference])
    assert client.post(url, {"digest": Mailing.objects.get().review_digest}).status_code == 403
    assert Mailing.objects.get().status == "in_review"


def test_ones_own_letter_is_refused_with_a_sentence_on_the_page(letter, member, sign_in, approver, administrator):
    member()
    lifecycle.submit(letter, actor=approver, approver=administrator)
    url = reverse("mailing:letter_approval", args=[letter.reference])
    refused = sign_in(approver).post(url, {"digest": Mailing.objects.get().review_digest})
    assert refused.status_code == 403
    assert "You cannot approve your own letter" in page(refused)


def test_an_audience_that_moved_is_a_conflict_with_both_numbers(letter, member, sign_in, officer, approver):
    member()
    lifecycle.submit(letter, actor=officer, approver=approver)
    client = sign_in(approver)
    reading = page(client.get(reverse("mailing:letter_approve", args=[letter.reference])))
    shown = {name: re.search(rf'name="{name}" value="([^"]*)"', reading)[1] for name in ("digest", "seen")}
    member()
    refused = client.post(reverse("mailing:letter_approval", args=[letter.reference]), shown)
    assert refused.status_code == 409
    assert "The audience changed since you read it: 1 then, 2 now. Read it again." in page(refused)
    assert Mailing.objects.get().status == "in_review"
    # The page it came back with is bound to what there is now.
    again = {name: re.search(rf'name="{name}" value="([^"]*)"', page(refused))[1] for name in ("digest", "seen")}
    client.post(reverse("mailing:letter_approval", args=[letter.reference]), again)
    assert Mailing.objects.get().status == "approved"


def test_changes_are_asked_with_a_comment_that_the_author_reads(letter, member, sign_in, officer, approver):
    member()
    lifecycle.submit(letter, actor=officer, approver=approver)
    client = sign_in(approver)
    url = reverse("mailing:letter_changes", args=[letter.reference])
    assert client.post(url, {"note": ""}).status_code == 422
    client.post(url, {"note": "Ask 5 is missing."})
    client.logout()
    writing = page(sign_in(officer).get(reverse("mailing:letter_write", args=[letter.reference])))
    assert "Ask 5 is missing." in writing


def test_two_editors_see_both_texts_and_nothing_is_overwritten(letter, sign_in, officer):
    client = sign_in(officer)
    url = reverse("mailing:letter_write", args=[letter.reference])
    mine = {"edition": 1, "subject": "Mine", "body": "<p>My words.</p>", "is_reviewed": "on"}
    MailingContent.objects.filter(mailing=letter).update(edition=2, subject="Theirs", body="<p>Their words.</p>")
    conflict = client.post(url, mine)
    assert conflict.status_code == 409
    assert "Their words." in page(conflict)
    assert "My words." in page(conflict)
    assert MailingContent.objects.get(mailing=letter).subject == "Theirs"
    client.post(url, {**mine, "edition": 2})
    assert MailingContent.objects.get(mailing=letter).subject == "Mine"


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("body", "<p>{{ famly_name }}</p>", "Did you mean family_name?"),
        ("subject", "{{ name", "not closed"),
        ("body", "<p>{% debug %}</p>", "Only fields can be inserted"),
    ],
)
def test_a_text_outside_the_merge_language_is_not_saved(letter, sign_in, officer, field, text, sentence):
    words = {"edition": 1, "subject": "S", "body": "<p>B</p>", field: text}
    refused = sign_in(officer).post(reverse("mailing:letter_write", args=[letter.reference]), words)
    assert refused.status_code == 422
    assert sentence in page(refused)
    assert MailingContent.objects.get().edition == 1


def test_a_subject_out_of_a_pdf_loses_the_marks_that_no_header_holds(letter, sign_in, officer):
    words = {"edition": 1, "subject": "Com\u00adpensation\x02 is a\r\nright", "body": "<p>B</p>"}
    sign_in(officer).post(reverse("mailing:letter_write", args=[letter.reference]), words)
    assert MailingContent.objects.get().subject == "Compensation is a right"


def test_script_in_a_pasted_text_is_gone(letter, sign_in, officer):
    words = {"edition": 1, "subject": "S", "body": '<p onclick="x()">Hello<script>alert(1)</script></p>'}
    sign_in(officer).post(reverse("mailing:letter_write", args=[letter.reference]), words)
    assert MailingContent.objects.get().body == "<p>Hello</p>"


def test_saving_without_a_change_withdraws_nothing(letter, member, sign_in, officer, approver):
    member()
    lifecycle.submit(letter, actor=officer, approver=approver)
    content = MailingContent.objects.get()
    client = sign_in(officer)
    url = reverse("mailing:letter_write", args=[letter.reference])
    same = {"edition": 1, "subject": content.subject, "body": content.body, "is_reviewed": "on"}
    assert "Nothing had changed" in page(client.post(url, same, follow=True))
    assert Mailing.objects.get().status == "in_review"
    changed = client.post(url, {**same, "subject": "Other"}, follow=True)
    assert "it needs a new approval" in page(changed)
    assert Mailing.objects.get().status == "draft"


def test_a_language_is_begun_saved_and_taken_out(letter, sign_in, officer):
    client = sign_in(officer)
    begun = client.post(reverse("mailing:language_add", args=[letter.reference]), {"language": "fr"}, follow=True)
    assert "Not begun yet." in page(begun)
    client.post(begun.redirect_chain[-1][0], {"edition": 0, "subject": "Six points", "body": "<p>Bonjour</p>"})
    assert letter.contents.get(language="fr").is_reviewed is False
    gone = client.post(reverse("mailing:language_remove", args=[letter.reference, "fr"]), follow=True)
    assert "The French text is taken out." in page(gone)
    source = client.post(reverse("mailing:language_remove", args=[letter.reference, "en"]), follow=True)
    assert "cannot be taken out" in page(source)


def test_a_segment_that_matches_nobody_says_which_condition_empties_it(letter, member, sign_in, officer):
    member(country="IE")
    member(country="FR", committee="FEMM")
    client = sign_in(officer)
    url = reverse("mailing:letter_audience", args=[letter.reference])
    none = client.post(url, {"who-committees": ["LIBE"], "who-countries": ["FR"]}, follow=True)
    assert "Nobody gets this letter yet." in page(none)
    assert "country filter leaves 0" in page(none)


def test_people_are_found_added_left_out_and_forgotten_by_hand(letter, member, sign_in, officer):
    inside, outside = member(family_name="Inside"), member(committee="", family_name="Outside")
    client = sign_in(officer)
    url = reverse("mailing:letter_audience", args=[letter.reference])
    rule = {"who-committees": ["LIBE"], "who-role": "full"}
    found = client.post(url, {**rule, "find": "outside"})
    assert f'name="add" value="{outside.pk}"' in page(found)
    added = client.post(url, {**rule, "add": outside.pk}, follow=True)
    assert "2 people will get this letter." in page(added)
    out = client.post(url, {**rule, "exclude": inside.pk}, follow=True)
    assert "One person will get this letter." in page(out)
    assert "Left out by a rule of this letter" in page(out)
    client.post(url, {**rule, "forget": inside.pk})
    assert "2 people will get this letter." in page(client.get(url))


def test_a_saved_audience_and_the_courtesy_limit_are_kept(letter, member, sign_in, officer):
    member(country="FR")
    segment = Segment.objects.create(name="France", criteria={"country": ["FR"]})
    url = reverse("mailing:letter_audience", args=[letter.reference])
    client = sign_in(officer)
    client.post(url, {"source": f"segment:{segment.pk}", "days": "14"})
    rules = AudienceRule.objects.filter(mailing=letter)
    assert rules.get(segment=segment).effect == "include"
    assert rules.get(written_to_within_days=14).effect == "exclude"
    assert rules.count() == 2
    version = Mailing.objects.get().version
    client.post(url, {"source": f"segment:{segment.pk}", "days": "14"})
    assert Mailing.objects.get().version == version


def test_a_preview_has_its_own_strict_policy_and_may_be_framed_by_us_only(letter, member, sign_in, officer):
    member()
    response = sign_in(officer).get(reverse("mailing:letter_preview", args=[letter.reference, 1]))
    policy = response["Content-Security-Policy"]
    for part in ("default-src 'none'", "style-src 'unsafe-inline'", "sandbox", "frame-ancestors 'self'"):
        assert part in policy
    assert "script-src" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_a_preview_of_nobody_is_not_found(letter, member, sign_in, officer):
    member()
    client = sign_in(officer)
    for number in (0, 2, 999):
        assert client.get(reverse("mailing:letter_preview", args=[letter.reference, number])).status_code == 404


def test_nonsense_in_the_address_is_no_error(letter, member, sign_in, officer):
    member()
    client = sign_in(officer)
    audience = reverse("mailing:letter_audience", args=[letter.reference])
    for query in ("?n=abc", "?n=-1", "?n=99999999999999999999", "?format=xml", "?n=%00"):
        assert client.get(audience + query).status_code == 200, query
    write = reverse("mailing:letter_write", args=[letter.reference])
    assert client.get(write + "?lang=zz").status_code == 200
    assert client.post(audience, {"add": "999999", "who-committees": ["NOPE"]}).status_code == 422
    assert client.get(reverse("mailing:letter_list") + "?page=x&state=y").status_code == 200


def test_a_letter_leaves_only_at_a_time_ahead(letter, member, sign_in, officer, approver):
    member()
    lifecycle.submit(letter, actor=officer, approver=approver)
    letter.refresh_from_db()
    lifecycle.approve(letter, actor=approver, digest=letter.review_digest)
    client = sign_in(officer)
    url = reverse("mailing:letter_send", args=[letter.reference])
    assert client.post(url, {"when": "later"}).status_code == 422
    past = client.post(url, {"when": "later", "day": "2020-01-01", "time": "09:00"})
    assert past.status_code == 422
    assert "That time has passed." in page(past)
    day = timezone.localdate() + timedelta(days=3)
    client.post(url, {"when": "later", "day": day.isoformat(), "time": "09:00"})
    local = timezone.localtime(Mailing.objects.get().scheduled_at)
    assert (local.date(), local.hour, local.minute) == (day, 9, 0)


def test_sending_before_approval_is_not_offered(letter, member, sign_in, officer):
    member()
    asked = sign_in(officer).get(reverse("mailing:letter_send", args=[letter.reference]), follow=True)
    assert "A colleague has to approve it" in page(asked)
    assert Mailing.objects.get().status == "draft"


def test_empty_list_teaches(sign_in, officer):
    assert "No letters yet" in page(sign_in(officer).get(reverse("mailing:letter_list")))


def test_a_letter_without_a_sender_says_so_instead_of_breaking(sign_in, officer):
    made = sign_in(officer).post(reverse("mailing:letter_create"), {"title": "A letter", "language": "en"})
    assert made.status_code == 422
    assert "There is no sender yet." in page(made)


def test_a_new_letter_begins_with_salutation_closing_and_who_signs(sign_in, officer):
    SenderFactory()
    sign_in(officer).post(reverse("mailing:letter_create"), {"title": "A letter", "language": "de"})
    body = MailingContent.objects.get().body
    for field in ("salutation", "closing", "sender_person", "sender_role", "sender_name"):
        assert f"{{{{ {field} }}}}" in body


def test_history_names_who_and_why(letter, member, sign_in, officer, approver):
    member()
    lifecycle.submit(letter, actor=officer, approver=approver, note="Please by Friday.")
    shown = page(sign_in(officer).get(reverse("mailing:letter_approve", args=[letter.reference])))
    assert "asked for approval of version" in shown
    assert "Please by Friday." in shown
    assert MailingTransition.objects.count() == 1

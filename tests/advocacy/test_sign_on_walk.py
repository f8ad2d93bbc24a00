"""Line 2 of the issue: five sign, ask, lapse, sign again, one is late; what is printed is right at each step."""

from datetime import timedelta

import pytest
import time_machine

from advocacy import inviting, publishing
from advocacy.models import Signature, Statement
from advocacy.signing import blocks_publishing, standings_of
from tests.advocacy.sign_on_cast import (
    answer,
    ask,
    frozen_text,
    open_sign_on,
    organisations,
    path_of,
    printed_names,
    rewrite,
)
from transport.models import SystemMail

pytestmark = pytest.mark.django_db


def states(row):
    return {one.signatory.organisation.name: one.state for one in standings_of(Statement.objects.get(pk=row.pk))}


def test_five_organisations_from_the_invitation_to_the_late_signature(client, officer, approver):
    row = frozen_text(officer, approver)
    platform = row.owner.name
    sign_on = open_sign_on(row, officer)
    asked = {name: ask(sign_on, organisation, officer) for name, organisation in organisations().items()}
    assert SystemMail.objects.filter(purpose="sign-on").count() == 5
    assert printed_names(row) == [platform]
    assert any("open until" in sentence for sentence in blocks_publishing(row))

    # Two sign, one asks for a change.
    assert answer(client, asked["Lighthouse"]).status_code == 302
    assert answer(client, asked["Zora"]).status_code == 302
    wish = "Paragraph 1: say compensation fund."
    assert answer(client, asked["Night Bus"], "asks_change", change=wish).status_code == 302
    assert printed_names(row) == [platform, "Lighthouse", "Zora"]
    assert states(row)["Night Bus"] == "asks_change"
    assert any("Night Bus" in sentence for sentence in blocks_publishing(row))

    inviting.reply(Signature.objects.get(answer="asks_change"), "We take it in.", actor=officer)
    assert SystemMail.objects.get(purpose="sign-on-reply").context["wish"] == wish

    # The text changes: no signature counts any more, and nobody may sign a draft.
    text = row.texts.get(language="fr")
    rewrite(row, officer, approver, "<p>La sûreté est un droit. Un fonds doit payer.</p>", language="fr")
    assert text.body not in path_of(asked["Zora"])
    assert states(row) == {
        "Lighthouse": "lapsed",
        "Zora": "lapsed",
        "Night Bus": "lapsed",
        "Open Harbour": "waiting",
        "Ärmel & Söhne": "waiting",
    }
    assert printed_names(row) == [platform]
    page = client.get(path_of(asked["Zora"])).content.decode()
    assert "Your answer of" in page
    assert "was to version 1" in page
    assert "<ins>" in page

    # Everybody is asked again and told that the text changed; four sign in time.
    assert inviting.remind(sign_on, actor=officer) == 5
    kinds = [mail.context["kind"] for mail in SystemMail.objects.filter(purpose="sign-on").order_by("id")[5:]]
    assert sorted(kinds) == ["changed", "changed", "changed", "reminder", "reminder"]
    for name in ("Lighthouse", "Zora", "Night Bus", "Ärmel & Söhne"):
        assert answer(client, asked[name]).status_code == 302
    in_time = [platform, "Ärmel & Söhne", "Lighthouse", "Night Bus", "Zora"]
    assert printed_names(row) == in_time

    # The fifth comes too late: refused while the text is not public, then allowed by a colleague and marked.
    with time_machine.travel(sign_on.deadline + timedelta(minutes=1)):
        late = asked["Open Harbour"]
        assert "The sign-on closed on" in client.get(path_of(late)).content.decode()
        assert answer(client, late, seen=row.digest()).status_code == 409
        assert blocks_publishing(row) == []
        publishing.publish(row, actor=officer)
        assert answer(client, late, seen=row.digest()).status_code == 409
        inviting.allow_late(late, sign_on_now(row), actor=officer)
        assert answer(client, late).status_code == 302
        assert printed_names(row) == [*in_time, "Open Harbour (late)"]
        # Who signed in time cannot take that back from the published text.
        assert answer(client, asked["Zora"], "declined", seen=row.digest()).status_code == 409
    assert Signature.objects.filter(answer="signed").count() == 7


def sign_on_now(row):
    from advocacy.signing import sign_on_of

    sign_on = sign_on_of(Statement.objects.get(pk=row.pk))
    sign_on.statement = Statement.objects.get(pk=row.pk)
    return sign_on

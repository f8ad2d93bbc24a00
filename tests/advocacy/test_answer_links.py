"""A member answers by a link: signed for one plan and country, for a time, and taken back at will."""

from datetime import timedelta

import pytest
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from advocacy import answer_links
from advocacy.answer_links import Terms, link_of_token, make_token, revoke, send_link
from advocacy.assessing import AssessingError, confirm
from advocacy.models import ActionPlan, AnswerLink, Assessment, Proposal
from tests.advocacy.plan_parts import form_of, member, plan_and_points, proposal_for, said
from tests.advocacy.scoreboard_parts import make_plan, words
from tests.advocacy.scoreboard_parts import tree_of as tree
from transport.models import SystemMail


@pytest.fixture
def kok(db):
    return member("Invented KOK", "DE", email="kok@members.example")


@pytest.fixture
def parts(kok):
    return plan_and_points()


@pytest.fixture
def plan(parts):
    return parts[0]


@pytest.fixture
def link(plan, kok, officer):
    return send_link(plan, kok, actor=officer, terms=Terms())


def page(client, link, **data):
    return client.get(reverse("answer_page", args=[make_token(link)]), data)


class TestLink:
    def test_a_member_answers_without_an_account_or_a_cookie(self, client, parts, link, approver):
        answer = page(client, link)
        assert answer.status_code == 200
        assert not answer.cookies
        address = reverse("answer_page", args=[make_token(link)])
        sent = client.post(address, form_of(parts[1], p1="met", p4="not_met"))
        assert sent.status_code == 302
        assert "2 answers were sent" in client.get(sent.url).content.decode()
        rows = Proposal.objects.order_by("point__number")
        assert [(row.point.number, row.rating, row.link) for row in rows] == [(1, "met", link), (4, "not_met", link)]
        assert not Assessment.objects.exists()

        again = client.post(address, form_of(parts[1], p1="met", p4="not_met"))
        assert "Nothing had changed" in client.get(again.url).content.decode()
        assert Proposal.objects.count() == 2

    def test_what_is_missing_is_said_at_its_point_and_nothing_is_sent(self, client, parts, link):
        data = form_of(parts[1], p1="met", p2="partly") | {f"p{parts[1][1].pk}-source": ""}
        answer = client.post(reverse("answer_page", args=[make_token(link)]), data)
        assert answer.status_code == 422
        assert "Name the source." in answer.content.decode()
        assert not Proposal.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("source_url", "javascript:alert(1)"),
            ("source_url", "ftp://x.example/"),
            ("source_date", "2999-01-01"),
            ("source_date", "yesterday"),
            ("rating", "no_data"),
            ("evidence", "x" * 2001),
            ("source", "x\0y"),
        ],
    )
    def test_bad_input_gets_a_sentence(self, client, parts, link, field, value):
        data = form_of(parts[1], p1="met") | {f"p{parts[1][0].pk}-{field}": value}
        answer = client.post(reverse("answer_page", args=[make_token(link)]), data)
        assert answer.status_code == 422
        assert not Proposal.objects.exists()

    def test_an_answer_confirmed_meanwhile_is_not_proposed_away(self, client, parts, link, approver):
        plan, points = parts
        other = member("Invented Ban Ying", "DE")
        data = form_of(points, p2="met")
        confirm(proposal_for(plan, points[0], other, said("not_met")), actor=approver, seen=0)
        client.post(reverse("answer_page", args=[make_token(link)]), data)
        assert [row.point.number for row in Proposal.objects.waiting()] == [2]

    def test_a_forged_token_or_one_for_another_plan_or_country_opens_nothing(self, client, link):
        token = make_token(link)
        other = make_plan(slug="other-plan")
        forged = [token[:-1] + ("A" if token[-1] != "A" else "B"), "x", token.split(":")[0]]
        facts = [link.pk, link.plan_id, link.organisation_id, link.country]
        for index, value in ((1, other.pk), (2, link.organisation_id + 1), (3, "FR"), (0, link.pk + 1)):
            wrong = [value if place == index else fact for place, fact in enumerate(facts)]
            forged.append(signing.dumps(wrong, salt=answer_links.SALT))
        forged.append(signing.dumps("no list", salt=answer_links.SALT))
        forged.append(signing.dumps(facts, salt="another salt"))
        for one in forged:
            assert link_of_token(one) is None, one
            assert client.post(reverse("answer_page", args=[one])).status_code == 404

    def test_an_expired_revoked_or_orphaned_link_says_so(self, client, parts, link, officer):
        address = reverse("answer_page", args=[make_token(link)])
        AnswerLink.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
        assert client.post(address, form_of(parts[1], p1="met")).status_code == 410
        AnswerLink.objects.update(expires_at=timezone.now() + timedelta(days=1))
        assert client.get(address).status_code == 200
        revoke(link, actor=officer)
        assert client.post(address, form_of(parts[1], p1="met")).status_code == 410
        AnswerLink.objects.update(revoked_at=None)
        ActionPlan.objects.update(published_at=None)
        assert client.get(address).status_code == 410
        assert not Proposal.objects.exists()

    def test_a_new_link_takes_the_old_one_back(self, client, plan, kok, link, officer):
        newer = send_link(plan, kok, actor=officer, terms=Terms())
        assert page(client, link).status_code == 410
        assert page(client, newer).status_code == 200

    def test_the_page_speaks_the_links_language(self, client, plan, kok, officer):
        french = send_link(plan, kok, actor=officer, terms=Terms(language="fr"))
        assert "Allemagne" in words(tree(page(client, french).content.decode()).find(".//h1"))

    def test_a_plan_that_is_not_public_has_no_links(self, plan, kok, officer):
        ActionPlan.objects.update(published_at=None)
        plan.refresh_from_db()
        with pytest.raises(AssessingError, match="Publish the plan first"):
            send_link(plan, kok, actor=officer, terms=Terms())

    def test_a_secret_address_is_used_and_shown_nowhere(self, client, sign_in, plan, officer):
        house = member("Invented House", "IE", email="secret@house.example", is_confidential=True, phone="555")
        made = send_link(plan, house, actor=officer, terms=Terms())
        assert SystemMail.objects.get(purpose="answers-asked").to == "secret@house.example"
        desk = sign_in(officer)
        for answer in (
            page(client, made),
            desk.get(reverse("advocacy:plan_answers", args=[plan.slug])),
            client.get(reverse("public:plan_country", args=["en", plan.slug, "ie"])),
        ):
            assert "Invented House" in answer.content.decode()
            assert "secret@house.example" not in answer.content.decode()

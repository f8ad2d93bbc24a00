"""The desk's pages of answers: links, decisions, accounts of members."""

from datetime import date

import pytest
from django.urls import reverse

from advocacy import assessing
from advocacy.answer_links import Terms, make_token, send_link
from advocacy.assessing import Voice, confirm, propose
from advocacy.models import AnswerLink, Proposal
from tests.advocacy.plan_parts import account_of, form_of, member, plan_and_points, proposal_for, said
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
def point(parts):
    return parts[1][0]


@pytest.fixture
def proposal(plan, point, kok):
    return proposal_for(plan, point, kok)


class TestPages:
    def test_the_secretariat_sends_a_link_and_takes_it_back(self, sign_in, plan, kok, officer):
        client = sign_in(officer)
        address = reverse("advocacy:link_send", args=[plan.slug])
        data = {"organisation": kok.pk, "email": "", "language": "en", "days": 30}
        assert client.post(address, data).status_code == 302
        link = AnswerLink.objects.get()
        shown = client.get(reverse("advocacy:plan_answers", args=[plan.slug])).content.decode()
        assert make_token(link) in shown
        client.post(reverse("advocacy:link_revoke", args=[plan.slug, link.pk]))
        assert not AnswerLink.objects.get().is_open
        bad = client.post(address, data | {"organisation": "999", "days": 0})
        assert bad.status_code == 422

    def test_an_approver_decides_on_the_countrys_page(self, sign_in, plan, proposal, point, approver):
        client = sign_in(approver)
        country = reverse("advocacy:plan_country", args=[plan.slug, "de"])
        assert "Invented KOK proposes: Met" in client.get(country).content.decode()
        prefix = f"d{proposal.pk}-"
        data = {
            f"{prefix}rating": "partly",
            f"{prefix}evidence": "Members saw it.",
            f"{prefix}source": "A law, article 4",
            f"{prefix}source_date": "2025-03-14",
            f"{prefix}seen": "0",
            "decision": "confirm",
        }
        address = reverse("advocacy:proposal_decide", args=[plan.slug, proposal.pk])
        refused = client.post(address, data)
        assert refused.status_code == 409
        assert "what you changed" in refused.content.decode()
        assert client.post(address, data | {f"{prefix}sentence": "Only for residents."}).status_code == 302
        assert assessing.current_of(point, "DE").source_date == date(2025, 3, 14)
        public = client.get(reverse("public:plan_country", args=["en", plan.slug, "de"])).content.decode()
        assert "Partly" in public

    def test_a_decision_without_evidence_is_told_so(self, sign_in, plan, proposal, approver):
        client = sign_in(approver)
        address = reverse("advocacy:proposal_decide", args=[plan.slug, proposal.pk])
        answer = client.post(address, {f"d{proposal.pk}-rating": "met", f"d{proposal.pk}-seen": "0"})
        assert answer.status_code == 422
        assert "Say what you saw." in answer.content.decode()

    def test_an_approver_declines_and_takes_back(self, sign_in, plan, point, kok, proposal, approver):
        client = sign_in(approver)
        address = reverse("advocacy:proposal_decide", args=[plan.slug, proposal.pk])
        data = {"decision": "decline", f"d{proposal.pk}-sentence": "Too old."}
        assert client.post(address, data).status_code == 302
        answer = confirm(proposal_for(plan, point, kok, said("partly")), actor=approver, seen=0)
        end = reverse("advocacy:assessment_end", args=[plan.slug, answer.pk])
        assert client.post(end, {"sentence": ""}).status_code == 409
        assert client.post(end, {"sentence": "Wrong country."}).status_code == 302
        assert assessing.current_of(point, "DE") is None

    def test_a_members_account_answers_for_its_own_country_only(self, sign_in, parts, kok, approver):
        plan, points = parts
        member("Invented CCEM", "FR")
        client = sign_in(account_of(kok))
        listed = client.get(reverse("advocacy:plan_list")).content.decode()
        address = reverse("advocacy:answer_edit", args=[plan.slug, "de"])
        assert address in listed
        assert client.get(reverse("advocacy:answer_edit", args=[plan.slug, "fr"])).status_code == 404
        assert client.get(reverse("advocacy:plan_country", args=[plan.slug, "de"])).status_code == 404
        assert client.post(address, form_of(points, p3="partly")).status_code == 302
        row = Proposal.objects.get()
        assert (row.country, row.organisation, row.point.number) == ("DE", kok, 3)
        decide = reverse("advocacy:proposal_decide", args=[plan.slug, row.pk])
        approving = account_of(kok, role="approver")
        assert sign_in(approving).post(decide, {"decision": "decline"}).status_code == 404

    def test_a_colleague_proposes_for_a_member_and_another_confirms(self, sign_in, parts, kok, officer, approver):
        plan, points = parts
        other = member("Invented Ban Ying", "DE")
        client = sign_in(officer)
        address = reverse("advocacy:answer_edit", args=[plan.slug, "de"])
        client.post(address, form_of(points, p1="met") | {"organisation": other.pk})
        row = Proposal.objects.get()
        assert (row.organisation, row.proposed_by) == (other, officer)
        confirm(row, actor=approver, seen=0)
        assert SystemMail.objects.get(purpose="answers-decided").to == officer.email

    @pytest.mark.parametrize("name", ["plan_answers", "plan_country", "answer_edit"])
    def test_queries_do_not_grow(self, sign_in, parts, kok, approver, name, django_assert_max_num_queries):
        plan, points = parts
        for number in range(6):
            other = member(f"Invented member {number}", "DE")
            send_link(plan, other, actor=approver, terms=Terms())
            propose(plan, "DE", {point.pk: said() for point in points}, by=Voice(other))
        client = sign_in(approver)
        arguments = [plan.slug] if name == "plan_answers" else [plan.slug, "de"]
        with django_assert_max_num_queries(12):
            assert client.get(reverse(f"advocacy:{name}", args=arguments)).status_code == 200


def test_answers_that_wait_stand_under_needs_you_of_those_who_may_confirm(sign_in, plan, proposal, officer, approver):
    page = sign_in(approver).get(reverse("desk:home")).content.decode()
    assert "1 answer of a member waits to be confirmed." in page
    assert reverse("advocacy:plan_answers", args=[plan.slug]) in page

    assert "waits to be confirmed" not in sign_in(officer).get(reverse("desk:home")).content.decode()

    confirm(proposal, actor=approver, seen=0)
    assert "waits to be confirmed" not in sign_in(approver).get(reverse("desk:home")).content.decode()


def test_the_page_behind_a_link_stays_out_of_caches_indexes_and_referrers(client, plan, kok, officer):
    link = send_link(plan, kok, actor=officer, terms=Terms())

    for response in (
        client.get(reverse("answer_page", args=[make_token(link)])),
        client.get(reverse("answer_page", args=["made-up"])),
        client.put(reverse("answer_page", args=[make_token(link)])),
    ):
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response["X-Robots-Tag"]
    assert response.status_code == 405

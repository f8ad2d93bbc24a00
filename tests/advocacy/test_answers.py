"""Members say how far their country is, by link or account; a second person decides; nothing is lost or overwritten."""

import threading
from datetime import date, timedelta

import pytest
from django.core import signing
from django.db import IntegrityError, close_old_connections, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from advocacy import answer_links, assessing
from advocacy.answer_links import Terms, link_of_token, make_token, revoke, send_link
from advocacy.assessing import AssessingError, Voice, confirm, decline, propose, take_back
from advocacy.models import ActionPlan, AnswerLink, Assessment, Proposal
from tests.advocacy.plan_parts import account_of, member, plan_and_points, proposal_for, said
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
def point(parts):
    return parts[1][0]


@pytest.fixture
def proposal(plan, point, kok):
    return proposal_for(plan, point, kok)


class TestDeciding:
    def test_a_confirmed_proposal_is_the_countrys_answer(self, proposal, point, approver, kok):
        answer = confirm(proposal, actor=approver, seen=0)
        assert (answer.rating, answer.reported_by, answer.confirmed_by) == ("met", kok, approver)
        assert assessing.current_of(point, "DE") == answer
        assert proposal.status == "confirmed"

    def test_a_later_answer_supersedes_and_the_earlier_one_stays(self, plan, point, kok, proposal, approver):
        first = confirm(proposal, actor=approver, seen=0)
        second = confirm(proposal_for(plan, point, kok, said("partly")), actor=approver, seen=first.pk)
        first.refresh_from_db()
        assert first.superseded_at is not None
        assert list(Assessment.objects.current()) == [second]
        assert Assessment.objects.count() == 2

    def test_an_answer_that_was_not_seen_is_not_overwritten(self, plan, point, proposal, approver):
        other = member("Invented Ban Ying", "DE")
        confirm(proposal_for(plan, point, other, said("not_met")), actor=approver, seen=0)
        with pytest.raises(AssessingError, match="Another answer was confirmed since"):
            confirm(proposal, actor=approver, seen=0)
        proposal.refresh_from_db()
        assert proposal.status == "waiting"
        assert Assessment.objects.current().get().rating == "not_met"

    def test_changed_words_need_a_sentence_which_the_member_gets(self, proposal, approver, plan, point, kok):
        with pytest.raises(AssessingError, match="what you changed"):
            confirm(proposal, actor=approver, seen=0, said=said("partly"))
        confirm(proposal, actor=approver, seen=0, said=said("partly"), sentence="The fund is closed to some.")
        assert proposal.status == "changed"
        assert proposal.rating == "met"
        assert Assessment.objects.current().get().rating == "partly"

    def test_a_declined_proposal_changes_nothing_and_says_why(self, proposal, approver):
        with pytest.raises(AssessingError, match="Say in a sentence why"):
            decline(proposal, actor=approver, sentence=" ")
        decline(proposal, actor=approver, sentence="The source says otherwise.")
        assert (proposal.status, proposal.decision) == ("declined", "The source says otherwise.")
        assert not Assessment.objects.exists()
        with pytest.raises(AssessingError, match="decided or replaced"):
            confirm(proposal, actor=approver, seen=0)

    def test_nobody_decides_their_own_proposal(self, plan, point, kok, approver):
        own = proposal_for(plan, point, kok, user=approver)
        for step in (lambda: confirm(own, actor=approver, seen=0), lambda: decline(own, actor=approver, sentence="x")):
            with pytest.raises(AssessingError, match="Somebody else must decide"):
                step()
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(pk=own.pk).update(
                decided_by=approver, status="confirmed", decided_at=timezone.now()
            )

    def test_an_officer_may_not_decide(self, proposal, officer):
        with pytest.raises(AssessingError, match="role"):
            confirm(proposal, actor=officer, seen=0)

    def test_an_answer_is_taken_back_to_no_data(self, client, proposal, approver, point):
        answer = confirm(proposal, actor=approver, seen=0)
        with pytest.raises(AssessingError, match="why"):
            take_back(answer, actor=approver, sentence="")
        take_back(answer, actor=approver, sentence="The law was repealed.")
        assert assessing.current_of(point, "DE") is None
        page = client.get(reverse("public:plan_country", args=["en", "six-points", "de"])).content.decode()
        assert "The answer was taken back" in page

    def test_the_database_keeps_one_current_answer(self, proposal, approver, point):
        confirm(proposal, actor=approver, seen=0)
        with pytest.raises(IntegrityError), transaction.atomic():
            Assessment.objects.create(point=point, country="DE", rating="met", evidence="x", source="y")
        with pytest.raises(IntegrityError), transaction.atomic():
            Assessment.objects.create(point=point, country="FR", rating="no_data", evidence="x", source="y")

    @pytest.mark.django_db(transaction=True)
    def test_two_people_who_confirm_at_once_leave_one_answer(self, plan, point, kok, approver, administrator):
        other = member("Invented Ban Ying", "DE")
        rows = [proposal_for(plan, point, kok), proposal_for(plan, point, other, said("not_met"))]
        barrier, outcomes = threading.Barrier(2), []

        def decide(pk, person):
            mine = Proposal.objects.select_related("point", "point__plan", "organisation").get(pk=pk)
            barrier.wait()
            try:
                outcomes.append(confirm(mine, actor=person, seen=0).rating)
            except AssessingError:
                outcomes.append("refused")
            finally:
                close_old_connections()

        people = [approver, administrator]
        threads = [
            threading.Thread(target=decide, args=pair) for pair in zip([r.pk for r in rows], people, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes.count("refused") == 1
        assert Assessment.objects.current().count() == 1
        assert Proposal.objects.waiting().count() == 1


class TestProposing:
    def test_what_says_the_same_again_is_left_out(self, plan, point, kok, proposal, approver):
        assert propose(plan, "DE", {point.pk: said()}, by=Voice(kok)) == 0
        confirm(proposal, actor=approver, seen=0)
        assert propose(plan, "DE", {point.pk: said()}, by=Voice(kok)) == 0
        assert propose(plan, "DE", {point.pk: said("partly")}, by=Voice(kok)) == 1

    def test_a_newer_proposal_replaces_the_organisations_own(self, plan, point, kok, proposal):
        other = proposal_for(plan, point, member("Invented Ban Ying", "DE"), said("not_met"))
        newer = proposal_for(plan, point, kok, said("partly"))
        proposal.refresh_from_db()
        other.refresh_from_db()
        assert (proposal.status, newer.status, other.status) == ("replaced", "waiting", "waiting")

    def test_a_point_of_another_plan_is_refused(self, plan, kok):
        other = make_plan(slug="other-plan").points.first()
        with pytest.raises(AssessingError, match="points of this plan have changed"):
            propose(plan, "DE", {other.pk: said()}, by=Voice(kok))

    @pytest.mark.django_db(transaction=True)
    def test_two_who_send_at_once_leave_one_waiting_proposal(self, plan, point, kok):
        barrier, errors = threading.Barrier(2), []

        def send(rating):
            barrier.wait()
            try:
                propose(plan, "DE", {point.pk: said(rating)}, by=Voice(kok))
            except Exception as error:  # any failure must reach the test
                errors.append(error)
            finally:
                close_old_connections()

        threads = [threading.Thread(target=send, args=[rating]) for rating in ("met", "partly")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not errors
        assert Proposal.objects.waiting().count() == 1
        assert Proposal.objects.count() == 2


class TestMail:
    def test_those_who_may_decide_are_told_once_and_the_member_when_all_is_decided(self, parts, kok, approver, officer):
        plan, points = parts
        link = send_link(plan, kok, actor=officer, terms=Terms(language="en"))
        assert SystemMail.objects.get(purpose="answers-asked").to == "kok@members.example"
        assert link.email == ""
        answers = {points[0].pk: said(), points[1].pk: said("not_met")}
        propose(plan, "DE", answers, by=Voice(kok, link=link))
        asked = SystemMail.objects.get(purpose="answers-came")
        assert (asked.to, asked.context["number"]) == (approver.email, 2)

        first, second = Proposal.objects.order_by("point__number")
        confirm(first, actor=approver, seen=0)
        assert not SystemMail.objects.filter(purpose="answers-decided").exists()
        decline(second, actor=approver, sentence="The report is of 2019.")
        told = SystemMail.objects.get(purpose="answers-decided")
        assert told.to == "kok@members.example"
        assert told.context["lines"].splitlines() == [
            "Point 1, Met: Confirmed.",
            "Point 2, Not met: Declined. The report is of 2019.",
        ]

    def test_the_trail_names_no_address(self, plan, kok, officer):
        send_link(plan, kok, actor=officer, terms=Terms(email="person@members.example"))
        assert not AuditEvent.objects.filter(sentence__contains="@").exists()


@pytest.fixture
def link(plan, kok, officer):
    return send_link(plan, kok, actor=officer, terms=Terms())


def page(client, link, **data):
    return client.get(reverse("answer_page", args=[make_token(link)]), data)


def form_of(points, **ratings):
    """What the page sends when every field is as it came, but the ratings that are given by number of the point."""
    data = {}
    for point in points:
        prefix = f"p{point.pk}-"
        rating = ratings.get(f"p{point.number}", "")
        blank = dict.fromkeys(("evidence", "source", "source_url", "source_date", "note", "rating"), "")
        data |= {prefix + name: value for name, value in blank.items()}
        data |= {f"initial-{prefix}{name}": "" for name in blank}
        if rating:
            data |= {prefix + "rating": rating, prefix + "evidence": "Seen.", prefix + "source": "A law"}
    return data


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

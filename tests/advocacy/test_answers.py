"""Members say how far their country is, by link or account; a second person decides; nothing is lost or overwritten."""

import threading

import pytest
from django.db import IntegrityError, close_old_connections, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from advocacy import assessing
from advocacy.answer_links import Terms, send_link
from advocacy.assessing import AssessingError, Voice, confirm, decline, propose, take_back
from advocacy.models import Assessment, Proposal
from tests.advocacy.plan_parts import member, plan_and_points, proposal_for, said
from tests.advocacy.scoreboard_parts import make_plan
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

"""Plans are written, ordered and published by two people; the public page keeps what was published meanwhile."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, close_old_connections, transaction
from django.urls import reverse

from accounts.models import AuditEvent
from advocacy import plan_publishing, planning
from advocacy.models import ActionPlan, Ask, AskText, PlanText, Point
from advocacy.publishing import PublishingError
from tests.advocacy.plan_parts import plan_and_points
from transport.models import SystemMail

FACTS = {"level": "national", "instrument": "AMIF", "dossier": "", "legal_basis": "Article 17", "is_placeholder": False}


def ask(slug, title="Free legal aid", **texts):
    row = Ask.objects.create(slug=slug)
    for language, text in ({"en": title} | texts).items():
        AskText.objects.create(ask=row, language=language, title=text)
    return row


@pytest.fixture
def plan(officer):
    words = {"title": "Six points", "summary": "What governments can do.", "addressee": "Governments"}
    plan = planning.create_plan(actor=officer, words=words, language="en")
    for number in (1, 2, 3):
        planning.add_point(plan, ask(f"ask-{number}", f"Demand {number}"), edition=plan.edition, actor=officer)
    return plan


def published(plan, officer, approver):
    plan_publishing.submit(plan, actor=officer)
    plan_publishing.approve(plan, actor=approver, seen=plan_publishing.waits_for(plan, approver))
    return plan


def order_of(plan):
    return [point.ask.slug for point in plan.points.order_by("number").select_related("ask")]


def public_page(client, plan, lang="en"):
    return client.get(reverse("public:plan_detail", kwargs={"lang": lang, "slug": plan.slug}))


class TestPublishing:
    def test_a_second_person_publishes_what_they_read(self, client, plan, officer, approver):
        assert public_page(client, plan).status_code == 404
        plan_publishing.submit(plan, actor=officer)
        assert SystemMail.objects.filter(purpose="approval-asked", to=approver.email).count() == 1

        plan_publishing.approve(plan, actor=approver, seen=plan_publishing.waits_for(plan, approver))
        assert plan.status == "published"
        assert "Demand 2" in public_page(client, plan).content.decode()
        assert SystemMail.objects.filter(purpose="approved", to=officer.email).count() == 1
        assert AuditEvent.objects.filter(sentence__startswith="published version 1").exists()

    def test_nobody_publishes_what_they_sent_themselves(self, plan, approver):
        plan_publishing.submit(plan, actor=approver)
        with pytest.raises(PublishingError, match="Somebody else must publish"):
            plan_publishing.approve(plan, actor=approver, seen="x")
        with pytest.raises(IntegrityError), transaction.atomic():
            ActionPlan.objects.filter(pk=plan.pk).update(approved_by=approver)

    def test_an_officer_may_not_publish(self, plan, officer, approver):
        plan_publishing.submit(plan, actor=approver)
        with pytest.raises(PublishingError, match="role"):
            plan_publishing.approve(plan, actor=officer, seen="x")

    def test_words_that_changed_since_they_were_read_are_not_published(self, plan, officer, approver):
        plan_publishing.submit(plan, actor=officer)
        seen = plan_publishing.waits_for(plan, approver)
        AskText.objects.filter(ask__slug="ask-1").update(title="Something else")
        with pytest.raises(PublishingError, match="has changed"):
            plan_publishing.approve(plan, actor=approver, seen=seen)
        assert plan.status == "in_review"
        assert plan.published_at is None

    def test_an_edit_keeps_the_public_page_and_waits_for_a_second_person(self, client, plan, officer, approver):
        published(plan, officer, approver)
        row = Ask.objects.get(slug="ask-2")
        planning.save_ask_text(
            row, "en", {"title": "A new demand", "short": "", "explanation": ""}, edition=row.edition, actor=officer
        )
        plan.refresh_from_db()

        assert plan.status == "draft"
        page = public_page(client, plan).content.decode()
        assert "Demand 2" in page
        assert "A new demand" not in page
        published(plan, officer, approver)
        assert "A new demand" in public_page(client, plan).content.decode()

    def test_a_plan_from_before_versions_keeps_its_public_words_too(self, client, officer):
        plan, points = plan_and_points()
        planning.move_point(points[0], down=True, edition=plan.edition, actor=officer)
        planning.save_plan_words(
            plan,
            "en",
            {"title": "Other words", "summary": "", "addressee": "X"},
            edition=ActionPlan.objects.get().edition,
            actor=officer,
        )
        page = public_page(client, plan).content.decode()
        assert "Other words" not in page
        assert page.index("Tell everybody") < page.index("Free legal aid")

    def test_changes_are_asked_for_with_a_sentence(self, plan, officer, approver):
        plan_publishing.submit(plan, actor=officer)
        with pytest.raises(PublishingError, match="Say what should change"):
            plan_publishing.ask_changes(plan, actor=approver, note=" ")
        plan_publishing.ask_changes(plan, actor=approver, note="Point 2 is too long.")
        assert plan.status == "draft"
        assert SystemMail.objects.filter(purpose="changes-asked", to=officer.email).count() == 1

    def test_it_is_taken_off_the_public_pages_with_a_reason(self, client, plan, officer, approver):
        published(plan, officer, approver)
        with pytest.raises(PublishingError, match="Say why"):
            plan_publishing.unpublish(plan, actor=approver, note="")
        plan_publishing.unpublish(plan, actor=approver, note="A mistake in point 1.")
        assert public_page(client, plan).status_code == 404
        assert plan.status == "draft"

    def test_a_plan_without_points_or_with_an_unworded_one_is_not_sent(self, plan, officer):
        AskText.objects.filter(ask__slug="ask-3").update(language="fr")
        with pytest.raises(PublishingError, match="Point 3 has no wording in English"):
            plan_publishing.submit(plan, actor=officer)
        Point.objects.all().delete()
        with pytest.raises(PublishingError, match="no points"):
            plan_publishing.submit(plan, actor=officer)

    def test_every_pair_of_states_is_a_step_or_refused(self, plan, officer):
        for start in ActionPlan.Status.values:
            for end in ActionPlan.Status.values:
                day = plan.changed_at if "published" in (start, end) else None
                ActionPlan.objects.update(status=start, published_at=day, approved_by=None, submitted_by=None)
                plan.refresh_from_db()
                if end in plan_publishing.TRANSITIONS[start]:
                    event = f"{start}-{end}"[:20]
                    plan_publishing.move_to(plan, end, actor=officer, event=event, sentence="walked {version} {title}")
                    assert plan.status == end
                else:
                    with pytest.raises(PublishingError, match="not possible"):
                        plan_publishing.move_to(plan, end, actor=officer, event="x", sentence="{version}{title}")

    def test_versions_only_grow(self, plan, officer, approver):
        published(plan, officer, approver)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            plan.versions.update(number=9)


class TestWords:
    def test_languages_are_published_with_the_plan(self, client, plan, officer, approver):
        words = {"title": "Six points en français", "summary": "", "addressee": ""}
        planning.save_plan_words(plan, "fr", words, edition=plan.edition, actor=officer)
        row = Ask.objects.get(slug="ask-1")
        text = {"title": "Demande 1", "short": "Un", "explanation": "Pourquoi."}
        planning.save_ask_text(row, "fr", text, edition=row.edition, actor=officer)
        plan.refresh_from_db()
        published(plan, officer, approver)

        page = public_page(client, plan, "fr").content.decode()
        assert "Six points en français" in page
        assert "Demande 1" in page
        assert 'lang="en">Demand 2' in page
        planning.remove_plan_language(plan, "fr", edition=plan.edition, actor=officer)
        assert not PlanText.objects.exists()
        with pytest.raises(planning.PlanningError, match="cannot be removed"):
            planning.remove_plan_language(plan, "en", edition=plan.edition, actor=officer)

    def test_a_stale_save_writes_nothing(self, plan, officer, approver):
        stale = plan.edition
        words = {"title": "First", "summary": "", "addressee": "A"}
        planning.save_plan_words(plan, "en", words, edition=stale, actor=officer)
        with pytest.raises(planning.PlanningError, match="Somebody else changed this"):
            planning.save_plan_words(plan, "en", words | {"title": "Second"}, edition=stale, actor=approver)
        assert ActionPlan.objects.get().title == "First"


class TestOrder:
    def test_points_change_places(self, plan, officer):
        points = list(plan.points.order_by("number"))
        planning.move_point(points[0], down=True, edition=plan.edition, actor=officer)
        assert order_of(plan) == ["ask-2", "ask-1", "ask-3"]
        planning.move_point(points[2], down=False, edition=plan.edition, actor=officer)
        assert order_of(plan) == ["ask-2", "ask-3", "ask-1"]

    def test_the_first_does_not_go_up(self, plan, officer):
        planning.move_point(plan.points.get(number=1), down=False, edition=plan.edition, actor=officer)
        assert order_of(plan) == ["ask-1", "ask-2", "ask-3"]

    def test_an_ask_stands_once_in_a_plan(self, plan, officer):
        with pytest.raises(planning.PlanningError, match="already"):
            planning.add_point(plan, Ask.objects.get(slug="ask-1"), edition=plan.edition, actor=officer)

    def test_a_removed_point_leaves_no_gap(self, plan, officer):
        planning.remove_point(plan.points.get(number=1), edition=plan.edition, actor=officer)
        assert list(plan.points.values_list("number", "ask__slug")) == [(1, "ask-2"), (2, "ask-3")]

    @pytest.mark.django_db(transaction=True)
    def test_two_people_who_move_at_once_move_once(self, plan, officer):
        point, edition, outcomes = plan.points.get(number=1), plan.edition, []
        barrier = threading.Barrier(2)

        def move():
            mine = Point.objects.select_related("plan").get(pk=point.pk)
            barrier.wait()
            try:
                planning.move_point(mine, down=True, edition=edition, actor=officer)
                outcomes.append("moved")
            except planning.PlanningError:
                outcomes.append("refused")
            finally:
                close_old_connections()

        threads = [threading.Thread(target=move) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["moved", "refused"]
        assert order_of(plan) == ["ask-2", "ask-1", "ask-3"]


class TestPages:
    def test_a_plan_is_made_and_published_through_the_pages(self, sign_in, officer, approver):
        client = sign_in(officer)
        form = {"title": "New", "summary": "Why", "addressee": "Governments", "language": "en"}
        answer = client.post(reverse("advocacy:plan_create"), form)
        plan = ActionPlan.objects.get()
        assert plan.slug != "new"
        assert answer.url == reverse("advocacy:plan_detail", args=[plan.slug])
        facts = {"title": "Free legal aid", "short": "Aid", "explanation": "", "language": "en", "level": "national"}
        client.post(reverse("advocacy:ask_create"), facts)
        data = {"edition": plan.edition, "ask": "free-legal-aid"}
        assert client.post(reverse("advocacy:point_add", args=[plan.slug]), data).status_code == 302
        page = client.get(reverse("advocacy:plan_detail", args=[plan.slug])).content.decode()
        assert "1. Free legal aid" in page
        assert client.post(reverse("advocacy:plan_review", args=[plan.slug])).status_code == 302

        client = sign_in(approver)
        page = client.get(reverse("advocacy:plan_detail", args=[plan.slug])).content.decode()
        seen = page.split('name="seen" value="')[1].split('"')[0]
        assert client.post(reverse("advocacy:plan_publish", args=[plan.slug]), {"seen": seen}).status_code == 302
        plan.refresh_from_db()
        assert plan.status == "published"
        assert plan.approved_by == approver

    def test_a_stale_page_is_told_so_and_changes_nothing(self, sign_in, plan, officer):
        client = sign_in(officer)
        point = plan.points.get(number=1)
        address = reverse("advocacy:point_move", args=[plan.slug, point.pk])
        answer = client.post(address, {"edition": plan.edition - 1, "direction": "down"})
        assert answer.status_code == 409
        assert "Somebody else changed this" in answer.content.decode()
        words = {"edition": 1, "title": "Mine", "summary": "", "addressee": "A"}
        answer = client.post(reverse("advocacy:plan_words_edit", args=[plan.slug]), words)
        assert answer.status_code == 409
        assert 'value="Mine"' in answer.content.decode()

    def test_a_point_rests_on_what_the_plan_says_else_on_the_ask(self, sign_in, plan, officer):
        client = sign_in(officer)
        row = Ask.objects.get(slug="ask-1")
        planning.save_ask_facts(row, FACTS, edition=row.edition, actor=officer)
        plan.refresh_from_db()
        detail = reverse("advocacy:plan_detail", args=[plan.slug])
        assert "AMIF, Article 17" in client.get(detail).content.decode()
        data = {"edition": plan.edition, "legal_basis": "Article 15", "instrument": ""}
        client.post(reverse("advocacy:point_edit", args=[plan.slug, plan.points.get(number=1).pk]), data)
        assert "AMIF, Article 15" in client.get(detail).content.decode()

    def test_strangers_find_no_plan(self, sign_in, plan, stranger):
        client = sign_in(stranger)
        for name in ("plan_detail", "plan_answers", "plan_words_edit"):
            assert client.get(reverse(f"advocacy:{name}", args=[plan.slug])).status_code == 404

    def test_queries_do_not_grow_with_points(self, sign_in, plan, officer, django_assert_max_num_queries):
        client = sign_in(officer)
        for number in range(4, 20):
            Point.objects.create(plan=plan, ask=ask(f"ask-{number}"), number=number)
        for name in ("plan_detail", "plan_answers"):
            with django_assert_max_num_queries(12):
                assert client.get(reverse(f"advocacy:{name}", args=[plan.slug])).status_code == 200

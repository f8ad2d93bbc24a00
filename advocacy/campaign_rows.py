"""What campaigns put on the pages of other rooms: the desk's hints, the search, people, segments, merges."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import registry as desk
from accounts.models import User
from accounts.registry import Hit
from advocacy import campaign_story, positions
from advocacy import registry as statements
from advocacy.models import Campaign, Event
from advocacy.segment_fields import FIELDS
from contacts import registry as people
from contacts.names import sort_key
from contacts.settling import SETTLED

MOST = 20


def found_by(user: User, words: str) -> Iterable[Hit]:
    """Campaigns and events whose title holds the words; two queries."""
    if not user.has_perm("advocacy.view"):
        return
    for row in Campaign.objects.visible_to(user).matching(words).with_title()[:MOST]:
        yield Hit(row.title or row.slug, row.topic, reverse("advocacy:campaign_detail", args=[row.slug]), _("Campaign"))
    wanted = sort_key(words).split()
    for event in Event.objects.visible_to(user):
        if all(word in sort_key(event.title) for word in wanted):
            yield Hit(event.title, event.place, reverse("advocacy:event_detail", args=[event.slug]), _("Event"))


def register() -> None:
    """Fill the registries; called once, when Django is ready."""
    desk.searches.append(found_by)
    statements.campaign_story += campaign_story.CONTRIBUTORS
    people.remarks.append(positions.remarks)
    people.timeline.append(positions.timeline)
    people.person_sections.append(positions.sections)
    people.segment_fields += FIELDS
    people.model_words |= {
        "advocacy.Position": gettext_lazy("positions on campaigns"),
        "advocacy.Attendance": gettext_lazy("places at events"),
    }
    SETTLED.update(
        {"advocacy.Position": positions.settle_positions, "advocacy.Attendance": positions.settle_attendances}
    )

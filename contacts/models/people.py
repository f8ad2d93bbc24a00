"""People and offices one may write to, and what is known about them."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Window
from django.utils.translation import gettext_lazy as _

from contacts.addresses import email_digest, email_key
from contacts.models.organisations import Organisation, colleagues_see
from contacts.names import sort_key


class Gender(models.TextChoices):
    """As the person or an official source gives it; unknown is normal and gets the neutral form."""

    FEMALE = "F", _("Female")
    MALE = "M", _("Male")
    UNKNOWN = "X", _("Unknown")


# Pages count no further: "10,000+ people". The exact number is taken once, where something depends on it.
MOST_COUNTED = 10_000


class LegalBasis(models.TextChoices):
    """Why a person's data may be kept (GDPR Article 6(1)); never empty, and the two that matter are kept apart.

    Letters go on legitimate interest or an agreement; a newsletter goes on consent, which is a Subscription.
    """

    LEGITIMATE_INTEREST = "legitimate_interest", _("Legitimate interest")
    CONSENT = "consent", _("Consent")
    AGREEMENT = "agreement", _("Agreement")


class ContactQuerySet(models.QuerySet["Contact"]):
    """Sets of contacts."""

    def count_up_to(self, limit: int | None = None) -> int:
        """The number of rows, or `limit` + 1 where there are more: the database stops counting there."""
        limit = MOST_COUNTED if limit is None else limit
        return self.order_by().values("pk")[: limit + 1].count()

    def glance(self, number: int, *, limit: int | None = None) -> tuple[int, list[int]]:
        """`count_up_to(limit)`, and the ids of the first `number` contacts by name, for a live preview.

        Up to `limit` people are found first and then sorted, in one query. Asked for the first few by name, a database
        that expects many people walks along the names, and reads all of them when there are few. Of more than `limit`
        people, walking is right.
        """
        limit = MOST_COUNTED if limit is None else limit
        found = self.order_by().values("pk")[: limit + 1]
        rows = self.model.objects.filter(pk__in=found).annotate(among=Window(Count("pk")))
        first = list(rows.order_by("sort_key", "pk").values_list("pk", "among")[:number])
        count = first[0][1] if first else 0
        if count > limit:
            return count, list(self.order_by("sort_key", "pk").values_list("pk", flat=True)[:number])
        return count, [pk for pk, _among in first]

    def visible_to(self, user: Any) -> Self:
        """The address book belongs to the platform: its colleagues see all of it, strangers nobody."""
        return colleagues_see(self, user)

    def living(self) -> Self:
        """Contacts that were not erased."""
        return self.filter(erased_at__isnull=True)

    def with_seats(self) -> Self:
        """Reads `open_mandates`, each with its `open_seats` and their bodies, and `open_posts`; three queries."""
        from contacts.models.parliament import Mandate, Membership

        seats = Membership.objects.filter(ended_on__isnull=True).select_related("body").order_by("body__code", "id")
        mandates = Mandate.objects.open().prefetch_related(Prefetch("memberships", seats, to_attr="open_seats"))
        posts = Post.objects.filter(ended_on__isnull=True).select_related("organisation").order_by("id")
        return self.prefetch_related(
            Prefetch("mandates", mandates, to_attr="open_mandates"), Prefetch("posts", posts, to_attr="open_posts")
        )

    def meps(self) -> Self:
        """Contacts with an open mandate."""
        return self.filter(mandates__ended_on__isnull=True, mandates__isnull=False).distinct()

    def with_secrecy(self) -> Self:
        """Annotates what contacts.confidentiality asks: `works_in_secret` (a post at a confidential organisation, open
        or ended) and `email_is_secret` (the address is also such an organisation's)."""
        posts = Post.objects.filter(contact=OuterRef("pk"), organisation__is_confidential=True)
        return self.annotate(works_in_secret=Exists(posts), email_is_secret=_is_secret_address())

    def search(self, words: str) -> Self:
        """Contacts whose name or address holds every word, whatever its case and accents.

        A secret address is searched by nobody: the answer and the work are the same whether it is there or not.
        """
        found = self
        for word in sort_key(words).split():
            by_address = Q(email_key__contains=word, is_confidential=False) & ~_is_secret_address()
            found = found.filter(Q(sort_key__contains=word) | by_address)
        return found


def _is_secret_address() -> Exists:
    """Whether the address of a contact is also that of a confidential organisation."""
    organisations = Organisation.objects.filter(is_confidential=True, email_digest=OuterRef("email_digest"))
    return Exists(organisations.exclude(email_digest=""))


class Contact(models.Model):
    """A person or office one may write to. MEP, stakeholder, press and subscriber are derived, never one column."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    given_name = models.CharField(_("given name"), max_length=200, blank=True)
    family_name = models.CharField(_("family name"), max_length=200, blank=True)
    sort_key = models.CharField(max_length=400, blank=True)
    gender = models.CharField(_("gender"), max_length=1, choices=Gender, default=Gender.UNKNOWN)
    language = models.CharField(_("language"), max_length=10, blank=True, help_text=_("Empty: the country's."))
    country = models.CharField(_("country"), max_length=2, blank=True)
    # The open mandate's country, else the one above. The database sets it (contacts/country_now.py), nobody else.
    country_now = models.CharField(max_length=2, blank=True, default="", db_default="", editable=False)
    source = models.CharField(_("source"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    # NFC, casefold, IDNA A-label; computed in save(), null when absent or erased.
    email_key = models.CharField(max_length=254, null=True, blank=True, unique=True, editable=False)
    email_digest = models.CharField(max_length=64, blank=True, editable=False)
    # Defaults in the database as well: a worker of the version before this one goes on writing during an update.
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="", db_default="")
    postal_address = models.TextField(_("postal address"), blank=True, default="", db_default="")
    is_confidential = models.BooleanField(_("works at a secret address"), default=False, db_default=False)
    legal_basis = models.CharField(
        _("legal basis"),
        max_length=20,
        choices=LegalBasis,
        default=LegalBasis.LEGITIMATE_INTEREST,
        db_default=LegalBasis.LEGITIMATE_INTEREST.value,
    )
    # When the person was told that we hold their data and from where (GDPR Article 14); empty: not yet.
    informed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    # A list prints AALTOLA; the readable form is worked out (contacts/names.py) until a source or a person gives it.
    family_name_is_guessed = models.BooleanField(default=False)
    # For each fact an import gave ("email", "group", …), the day its source spoke for: an older file changes nothing.
    facts_as_of = models.JSONField(default=dict, blank=True, editable=False)
    tags: "models.ManyToManyField[Tag, Any]" = models.ManyToManyField("Tag", related_name="contacts", blank=True)

    objects: ClassVar[ContactQuerySet] = ContactQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(email="", email_key__isnull=True, given_name="", family_name="", sort_key=""),
                name="erased_contact_has_no_email_and_no_name",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(phone="", postal_address=""),
                name="erased_contact_has_no_phone_and_no_street",
            ),
            models.CheckConstraint(
                condition=Q(legal_basis__in=["legitimate_interest", "consent", "agreement"]),
                name="contact_has_a_legal_basis",
            ),
            models.CheckConstraint(condition=Q(gender__in=["F", "M", "X"]), name="contact_gender_is_known_word"),
        ]
        # Segments ask for country and language in either order; with the id they are answered from the index alone.
        indexes = [
            # Not db_index: of a text that makes a second index, for LIKE, which nobody asks here.
            models.Index(fields=["sort_key"], name="contact_by_name"),
            models.Index(fields=["email_digest"], name="contact_by_digest"),
            models.Index(
                fields=["country_now", "language", "id"],
                include=["gender", "email_key"],
                name="contact_by_country",
                condition=Q(erased_at__isnull=True),
            ),
            models.Index(
                fields=["language", "country_now", "id"],
                name="contact_by_language",
                condition=Q(erased_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Erased contact"))

    @property
    def name(self) -> str:
        """Given name and family name as one reads them."""
        return f"{self.given_name} {self.family_name}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Compute the keys, then save."""
        self.compute_keys()
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "email_key", "email_digest", "sort_key", "changed_at"}
        super().save(*args, **kwargs)

    def compute_keys(self) -> None:
        """Set the keys of address and name: in Python, never with the database's lower() (ASCII only on SQLite).

        Sets of rows that are written without save() call it themselves.
        """
        self.email_key = email_key(self.email) if self.email else None
        if self.email_key:
            self.email_digest = email_digest(self.email_key)
        self.sort_key = sort_key(f"{self.family_name} {self.given_name}")


class Tag(models.Model):
    """A word a person puts on contacts: press, stakeholder, event guest."""

    name = models.CharField(_("name"), max_length=60, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A contact's post at an organisation, from when to when."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="posts")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="posts")
    title = models.CharField(_("title"), max_length=200, blank=True)
    # The country for which this person is the one to ask, as its national contact; empty for most.
    national_contact_for = models.CharField(
        _("national contact for"), max_length=2, blank=True, default="", db_default=""
    )
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="post_dates_are_ordered",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "contact"], name="post_open_at", condition=Q(ended_on__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.organisation}".strip(", ")

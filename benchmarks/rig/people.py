# ruff: noqa: S608 - all SQL here is made of constants of this module and numbers
"""Invented people by the million, made inside the database: skewed countries and tags, mandates, seats, posts.

Every column of chance is a fixed function of the row's number, so that two runs on one size are the same people.
"""

from typing import Any

from django.db import connection

# People per thousand, most first; whoever is left over has no country.
COUNTRIES = {
    "DE": 190, "FR": 150, "IT": 120, "ES": 95, "PL": 80, "RO": 50, "NL": 45, "BE": 40, "GR": 30, "CZ": 28, "PT": 28,
    "SE": 26, "HU": 25, "AT": 24, "BG": 18, "DK": 15, "FI": 12, "SK": 10, "IE": 5, "HR": 4, "MT": 1,
}  # fmt: skip
# A language of their own; most people are written to in their country's.
LANGUAGES = {"": 700, "en": 150, "fr": 60, "de": 40, "it": 20, "es": 15, "nl": 10, "sv": 4, "mt": 1}
TAGS = {
    "newsletter reader": 490, "training": 90, "event guest": 60, "academic": 50, "stakeholder": 30, "donor": 20,
    "press": 10, "survey 2026": 8, "speaker": 3, "interpreter": 1,
}  # fmt: skip
ROLES = {"member": 500, "substitute": 420, "vice_chair": 50, "coordinator": 20, "chair": 10}
# One in so many has a mandate, another a past one; far more than the Parliament has, so that it is no special case.
MANDATE_EVERY = 50
PAST_EVERY = 90
ORGANISATIONS = 5_000


def load(people: int) -> None:
    """Fill the empty tables of the contacts with `people` people and all that segments ask about."""
    for statement in (_contacts(people), *_tags(), *_posts(people), *_mandates(), *_seats(), *_lists()):
        with connection.cursor() as cursor:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def load_dealings() -> None:
    """What passed between us: one letter to a tenth of the people three days ago, and a meeting with one in 200."""
    from django.utils import timezone

    from mailing.models import Mailing, Sender

    sender, _made = Sender.objects.get_or_create(from_email="bench@platform.example", defaults={"name": "Bench"})
    now = timezone.now()
    mailing = Mailing.objects.create(
        reference="BEN-2026-001", title="Benchmark", sender=sender, frozen_at=now, started_at=now
    )
    for statement in _dealings(mailing.pk):
        with connection.cursor() as cursor:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def _dealings(mailing: int) -> list[str]:
    is_postgres = connection.vendor == "postgresql"
    public_id = "gen_random_uuid()" if is_postgres else "lower(hex(randomblob(16)))"
    ago = "now() - interval '3 days'" if is_postgres else "datetime('now', '-3 days')"
    replied = f"CASE WHEN {_chance('c.id', 61)} < 80 THEN {ago} END"
    return [
        f"""
        INSERT INTO mailing_delivery (public_id, mailing_id, contact_id, email, email_key, email_digest, language,
            context, status, skip_reason, error_kind, error_code, error_detail, content_digest, attempts, queued_at,
            sent_at, replied_at)
        SELECT {public_id}, {mailing}, c.id, c.email, c.email_key, c.email_digest, 'en',
            '{{}}', 'sent', '', '', '', '', '', 1, {ago}, {ago}, {replied}
        FROM contacts_contact c WHERE {_chance("c.id", 60)} < 100
        """,
        f"""
        INSERT INTO contacts_interaction (contact_id, kind, at, note, reference_type, reference_id)
        SELECT c.id, 'meeting', {ago}, '', '', '' FROM contacts_contact c WHERE {_chance("c.id", 62)} < 5
        """,
    ]  # fmt: skip


def _series(last: int) -> str:
    """A table `s` of the numbers from 1 to `last` in its column n."""
    if connection.vendor == "postgresql":
        return f"generate_series(1, {last}) AS s(n)"
    numbers = f"WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < {last}) SELECT n FROM k"
    return f"({numbers}) AS s"


def _chance(number: str, salt: int, of: int = 1000) -> str:
    """A number below `of`, the same for the same row: one step of the generator of Park and Miller."""
    return f"(({number} + {salt}) * CAST(48271 AS BIGINT) * {2 * salt + 1} % 2147483647 % {of})"


def _one_of(table: dict[str, int], chance: str, default: str = "") -> str:
    """The word of a table of shares in which a number below 1,000 falls."""
    whens, upto = "", 0
    for word, share in table.items():
        upto += share
        whens += f" WHEN {chance} < {upto} THEN '{word}'"
    return f"(CASE{whens} ELSE '{default}' END)"


def _contacts(people: int) -> str:
    is_postgres = connection.vendor == "postgresql"
    email = "'person' || n || '@people.example'"
    digest = f"encode(sha256(convert_to({email}, 'UTF8')), 'hex')" if is_postgres else "lower(hex(randomblob(32)))"
    public_id = "gen_random_uuid()" if is_postgres else "lower(hex(randomblob(16)))"
    family = f"'Family' || {_chance('n', 3, 40_000)}"
    gender = _one_of({"F": 400, "M": 400}, _chance("n", 4), "X")
    return f"""
        INSERT INTO contacts_contact (public_id, given_name, family_name, sort_key, gender, language, country, source,
            email, email_key, email_digest, created_at, changed_at, family_name_is_guessed, facts_as_of)
        SELECT {public_id}, 'Given' || n, {family}, lower({family}) || ' given' || n, {gender},
            {_one_of(LANGUAGES, _chance("n", 2))}, {_one_of(COUNTRIES, _chance("n", 1))}, 'benchmark',
            {email}, {email}, {digest}, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, {"FALSE" if is_postgres else 0}, '{{}}'
        FROM {_series(people)}
    """


def _tags() -> list[str]:
    names = ", ".join(f"('{name}')" for name in TAGS)
    rows = [f"INSERT INTO contacts_tag (name) VALUES {names}"]
    for number, (name, share) in enumerate(TAGS.items(), start=10):
        rows.append(
            f"INSERT INTO contacts_contact_tags (contact_id, tag_id) SELECT c.id, t.id FROM contacts_contact c, "
            f"contacts_tag t WHERE t.name = '{name}' AND {_chance('c.id', number)} < {share}"
        )
    return rows


def _posts(people: int) -> list[str]:
    """A quarter has a post, a tenth of them a past one; most at a few large organisations."""
    size = min(ORGANISATIONS, max(1, people // 10))
    kind = _one_of({"ngo": 600, "government": 150, "institution": 150, "press": 40}, _chance("n", 30), "other")
    no = "FALSE" if connection.vendor == "postgresql" else "0"
    part = _chance("c.id", 32, size)
    # The square of an even chance: the first organisations have most of the posts.
    organisation = f"({part} * {part} / {size})"
    ended = f"CASE WHEN {_chance('c.id', 33)} < 100 THEN DATE '2024-06-30' END"
    if connection.vendor == "sqlite":
        ended = ended.replace("DATE ", "")
    return [
        f"""
        INSERT INTO contacts_organisation (name, kind, country, transparency_register_id, postal_address, phone, email,
            is_confidential, is_platform, note)
        SELECT 'Organisation ' || n, {kind}, {_one_of(COUNTRIES, _chance("n", 31))}, '', '', '', '', {no}, {no}, ''
        FROM {_series(size)}
        """,
        f"""
        INSERT INTO contacts_post (contact_id, organisation_id, title, ended_on)
        SELECT c.id, o.id, '', {ended}
        FROM contacts_contact c
        JOIN (SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS place FROM contacts_organisation
            WHERE name LIKE 'Organisation %') o ON o.place = {organisation}
        WHERE {_chance("c.id", 34)} < 250
        """,
    ]  # fmt: skip


def _mandates() -> list[str]:
    day = "DATE '2019-07-01'" if connection.vendor == "postgresql" else "'2019-07-01'"
    ended = day.replace("2019", "2024")
    one = "INSERT INTO contacts_mandate (contact_id, ep_id, term, country, national_party, started_on, ended_on) "
    country = "CASE WHEN country = '' THEN 'BE' ELSE country END"
    return [
        f"{one} SELECT id, id, 10, {country}, '', {ended}, NULL FROM contacts_contact WHERE id % {MANDATE_EVERY} = 1",
        f"{one} SELECT id, id, 9, {country}, '', {day}, {ended} FROM contacts_contact WHERE id % {PAST_EVERY} = 1",
    ]


def _seats() -> list[str]:
    """One group and one or two committees a mandate, the first bodies having most."""
    seats = []
    for kind, salt, share in (("group", 40, 1000), ("committee", 42, 1000), ("committee", 44, 600)):
        role = "'member'" if kind == "group" else _one_of(ROLES, _chance("m.id", salt + 1), "member")
        count = f"(SELECT COUNT(*) FROM contacts_body WHERE kind = '{kind}' AND ended_on IS NULL)"
        part = _chance("m.id", salt)
        seats.append(f"""
            INSERT INTO contacts_membership (mandate_id, body_id, role, ended_on)
            SELECT m.id, b.id, {role}, m.ended_on FROM contacts_mandate m
            JOIN (SELECT id, ROW_NUMBER() OVER (ORDER BY code) - 1 AS place FROM contacts_body
                WHERE kind = '{kind}' AND ended_on IS NULL) b ON b.place = {count} * {part} * {part} / 1000000
            WHERE {_chance("m.id", salt + 2)} < {share}
            ON CONFLICT DO NOTHING
        """)
    return seats


def _lists() -> list[str]:
    """A list that three in ten have subscribed to, and one address in 200 that must not be written to."""
    now = "CURRENT_TIMESTAMP"
    return [
        """
        INSERT INTO contacts_contactlist (name, description, owner_id)
        SELECT 'Newsletter', '', MIN(id) FROM contacts_organisation
        """,
        f"""
        INSERT INTO contacts_subscription (contact_id, contact_list_id, status, created_at, confirmed_at)
        SELECT c.id, l.id, 'active', {now}, {now} FROM contacts_contact c, contacts_contactlist l
        WHERE {_chance("c.id", 50)} < 300
        """,
        f"""
        INSERT INTO contacts_suppression (email_digest, scope, reason, at)
        SELECT email_digest, 'all', CASE WHEN id % 400 = 7 THEN 'objection' ELSE 'hard_bounce' END, {now}
        FROM contacts_contact WHERE id % 200 = 7
        """,
    ]


def subscribe_everybody(name: str = "Newsletter") -> Any:
    """The list of this name with everybody on it, so that a newsletter of it goes to all."""
    from contacts.models import ContactList

    found, _made = ContactList.objects.get_or_create(name=name)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO contacts_subscription (contact_id, contact_list_id, status, created_at, confirmed_at) "
            "SELECT c.id, %s, 'active', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP FROM contacts_contact c WHERE c.id > 0 "
            "ON CONFLICT DO NOTHING",
            [found.pk],
        )
        cursor.execute("ANALYZE contacts_subscription")
    return found

"""The column `country_now` of a contact, kept right by the database whoever writes: the country of the open mandate,
or the contact's own without one.

Segments ask for it in an index and a freeze reads it a million times, so it is not worked out from two tables each
time. Triggers set it, since imports and spreadsheets write many rows at once and past `save()`.
"""

from typing import Any

VALUE = """COALESCE((
    SELECT m.country FROM contacts_mandate m WHERE m.contact_id = {contact}.id AND m.ended_on IS NULL LIMIT 1
), {contact}.country)"""
NOW = VALUE.format(contact="NEW")
FILL = f"UPDATE contacts_contact SET country_now = {VALUE.format(contact='contacts_contact')}"  # noqa: S608
# Columns of a mandate that move somebody from one country to another.
MOVING = "country, ended_on, contact_id"

POSTGRESQL = [
    f"""
    CREATE OR REPLACE FUNCTION contacts_contact_country_now() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN NEW.country_now := {NOW}; RETURN NEW; END $$
    """,
    """
    CREATE OR REPLACE FUNCTION contacts_mandate_country_now() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP <> 'INSERT' THEN
            UPDATE contacts_contact SET country_now = country WHERE id = OLD.contact_id;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            UPDATE contacts_contact SET country_now = country WHERE id = NEW.contact_id;
        END IF;
        RETURN NULL;
    END $$
    """,
    "DROP TRIGGER IF EXISTS contacts_contact_country_now ON contacts_contact",
    "CREATE TRIGGER contacts_contact_country_now BEFORE INSERT OR UPDATE OF country, country_now ON contacts_contact "
    "FOR EACH ROW EXECUTE FUNCTION contacts_contact_country_now()",
    "DROP TRIGGER IF EXISTS contacts_mandate_country_now ON contacts_mandate",
    f"CREATE TRIGGER contacts_mandate_country_now AFTER INSERT OR DELETE OR UPDATE OF {MOVING} ON contacts_mandate "
    "FOR EACH ROW EXECUTE FUNCTION contacts_mandate_country_now()",
]


def _sqlite() -> list[str]:
    # A row that is right already is not written again: an import brings a hundred thousand.
    if_wrong = f"WHEN NEW.country_now IS NOT {NOW}"
    whens = [
        ("contact_made", f"INSERT ON contacts_contact {if_wrong}", ["NEW.id"]),
        ("contact_changed", f"UPDATE OF country, country_now ON contacts_contact {if_wrong}", ["NEW.id"]),
        ("mandate_made", "INSERT ON contacts_mandate", ["NEW.contact_id"]),
        ("mandate_changed", f"UPDATE OF {MOVING} ON contacts_mandate", ["OLD.contact_id", "NEW.contact_id"]),
        ("mandate_gone", "DELETE ON contacts_mandate", ["OLD.contact_id"]),
    ]
    found = []
    for name, when, ids in whens:
        body = "; ".join(f"{FILL} WHERE id = {which}" for which in ids)
        found.append(f"DROP TRIGGER IF EXISTS country_now_{name}")
        found.append(f"CREATE TRIGGER country_now_{name} AFTER {when} BEGIN {body}; END")
    return found


def install_sql(vendor: str) -> list[str]:
    """Statements that keep the column right on a database of this vendor; they may run again."""
    return POSTGRESQL if vendor == "postgresql" else _sqlite()


def install(apps: Any, editor: Any) -> None:
    """For a migration: set the triggers and fill the column."""
    for statement in [*install_sql(editor.connection.vendor), FILL]:
        editor.execute(statement, params=None)


def remove(apps: Any, editor: Any) -> None:
    """For a migration taken back."""
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP TRIGGER IF EXISTS contacts_contact_country_now ON contacts_contact", params=None)
        editor.execute("DROP TRIGGER IF EXISTS contacts_mandate_country_now ON contacts_mandate", params=None)
        return
    for statement in _sqlite():
        if statement.startswith("DROP"):
            editor.execute(statement, params=None)

"""Why a person's data may be kept, whether they were told, and people whose street and telephone are secret."""

from django.db import migrations, models

from contacts.country_now import install, remove


class Migration(migrations.Migration):
    """Columns of a contact. SQLite makes the table anew for a constraint, so the triggers on it step aside."""

    dependencies = [
        ("contacts", "0004_segment_indexes"),
    ]

    operations = [
        migrations.RunPython(remove, install),
        migrations.AddField(
            model_name="contact",
            name="informed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="is_confidential",
            field=models.BooleanField(db_default=False, default=False, verbose_name="works at a secret address"),
        ),
        migrations.AddField(
            model_name="contact",
            name="legal_basis",
            field=models.CharField(
                choices=[
                    ("legitimate_interest", "Legitimate interest"),
                    ("consent", "Consent"),
                    ("agreement", "Agreement"),
                ],
                db_default="legitimate_interest",
                default="legitimate_interest",
                max_length=20,
                verbose_name="legal basis",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="phone",
            field=models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="phone"),
        ),
        migrations.AddField(
            model_name="contact",
            name="postal_address",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="postal address"),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at__isnull", True), models.Q(("phone", ""), ("postal_address", "")), _connector="OR"
                ),
                name="erased_contact_has_no_phone_and_no_street",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(("legal_basis__in", ["legitimate_interest", "consent", "agreement"])),
                name="contact_has_a_legal_basis",
            ),
        ),
        migrations.RunPython(install, remove),
    ]

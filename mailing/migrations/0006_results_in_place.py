"""Lets PostgreSQL write a result beside its row without touching an index, and leaves room for it on each page."""

from django.db import migrations, models


def leave_room(apps, schema_editor):
    """Half of each page stays free for the second version of its rows. SQLite has no such setting and needs none."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE mailing_delivery SET (fillfactor = 50)")


class Migration(migrations.Migration):
    """The model says why."""

    dependencies = [
        ('contacts', '0002_append_only'),
        ('mailing', '0005_lighter_ledger'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='delivery',
            name='delivery_is_one_per_contact',
        ),
        migrations.RemoveConstraint(
            model_name='delivery',
            name='delivery_is_one_per_address',
        ),
        migrations.RemoveIndex(
            model_name='delivery',
            name='delivery_of_mailing_by_status',
        ),
        migrations.RemoveIndex(
            model_name='delivery',
            name='delivery_due_again',
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['mailing', 'id'], name='delivery_of_mailing'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('next_attempt_at__isnull', False)), fields=['mailing', 'next_attempt_at'], name='delivery_due_again'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('error_kind', 'outcome_unknown')), fields=['mailing'], name='delivery_not_known'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('skip_reason', '')), fields=('mailing', 'contact'), name='delivery_is_one_per_contact'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('skip_reason', '')), fields=('mailing', 'email_key'), name='delivery_is_one_per_address'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('next_attempt_at__isnull', True), ('status', 'queued'), _connector='OR'), name='delivery_waits_only_while_queued'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'uncertain'), _negated=True), ('error_kind', 'outcome_unknown'), _connector='OR'), name='delivery_is_uncertain_for_one_reason'),
        ),
        migrations.RunPython(leave_room, migrations.RunPython.noop),
    ]

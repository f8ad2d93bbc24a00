"""Makes the tables that only grow append-only, by trigger."""

from django.db import migrations

from accounts.append_only import append_only


class Migration(migrations.Migration):
    """Triggers of this app."""

    dependencies = [("accounts", "0001_initial")]

    operations = [append_only("accounts_auditevent"), append_only("accounts_auditseal")]

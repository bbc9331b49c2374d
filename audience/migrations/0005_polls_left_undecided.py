from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def take_back_winners(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A poll that closed before its deadline was closed by the end of its show: a close by hand moves the deadline."""
    tally = apps.get_model("audience", "Tally")
    over = tally.objects.filter(poll__performance__state="ended")
    over.filter(models.Q(poll__closed_at__lt=models.F("poll__closes_at")) | models.Q(winner=None)).update(
        winner=None, decided_at=None, decided_by="ended", rule="", seed=""
    )


class Migration(migrations.Migration):
    dependencies = [("audience", "0004_ballot_writes")]

    operations = [
        migrations.AlterField(
            "tally",
            "decided_by",
            models.CharField(
                choices=[
                    ("votes", "votes"),
                    ("tie", "the tie rule"),
                    ("default", "the rule for a poll without votes"),
                    ("ended", "nobody: the show ended first"),
                ],
                max_length=7,
                verbose_name="decided by",
            ),
        ),
        migrations.RunPython(take_back_winners, migrations.RunPython.noop),
    ]

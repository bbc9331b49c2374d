import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("audience", "0004_ballot_writes"),
        ("plot", "0010_length_and_ending"),
        ("showrun", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Fallback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="created at"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="audience.pollchoice",
                        verbose_name="choice",
                    ),
                ),
                (
                    "poll",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fallback",
                        to="audience.poll",
                        verbose_name="poll",
                    ),
                ),
            ],
            options={"verbose_name": "named fallback", "verbose_name_plural": "named fallbacks", "ordering": ["id"]},
        ),
    ]

"""What random play comes by in a story, kept for one state of it."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plot", "0010_length_and_ending"),
    ]

    operations = [
        migrations.CreateModel(
            name="RandomPlay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                ("result", models.JSONField(verbose_name="result")),
                (
                    "played_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="played at"
                    ),
                ),
                (
                    "story",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="plot.story",
                        verbose_name="story",
                    ),
                ),
            ],
            options={
                "verbose_name": "random play",
                "verbose_name_plural": "random plays",
                "ordering": ["id"],
            },
        ),
    ]

"""What the live writer is told of a story besides its bible: where it should go, and its lore."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plot", "0007_edits_and_drawings"),
    ]

    operations = [
        migrations.AddField(
            model_name="story",
            name="lore",
            field=models.JSONField(blank=True, default=list, verbose_name="lore"),
        ),
        migrations.AddField(
            model_name="story",
            name="outline",
            field=models.JSONField(blank=True, default=list, verbose_name="where the story should go"),
        ),
    ]

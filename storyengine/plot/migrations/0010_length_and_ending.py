from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plot", "0009_edits_told_by")]

    operations = [
        migrations.AddField(
            model_name="performance",
            name="words_min",
            field=models.PositiveSmallIntegerField(default=120, verbose_name="fewest words of a scene"),
        ),
        migrations.AddField(
            model_name="performance",
            name="words_max",
            field=models.PositiveSmallIntegerField(default=220, verbose_name="most words of a scene"),
        ),
        migrations.AddField(
            model_name="performance",
            name="ends_next",
            field=models.BooleanField(default=False, verbose_name="the next scene that is written ends the story"),
        ),
        migrations.AlterField(
            model_name="performance",
            name="late_rule",
            field=models.CharField(
                choices=[
                    ("hold", "hold the audience until a branch is approved"),
                    ("extend", "extend the poll until the leading branch is approved, then hold the audience"),
                    ("fallback", "take the choice named for that, else the strongest whose branch is ready"),
                ],
                default="hold",
                max_length=8,
                verbose_name="if no branch is ready",
            ),
        ),
        migrations.AddConstraint(
            model_name="performance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("words_max__gte", models.F("words_min")), ("words_max__lte", 400), ("words_min__gte", 40)
                ),
                name="performance_words_in_order",
                violation_error_message=(
                    "A scene has 40 words at least and 400 at most, and not fewer at most than at least."
                ),
            ),
        ),
    ]

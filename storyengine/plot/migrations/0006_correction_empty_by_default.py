"""A scene that is copied in without a correction has none: the database fills it in, as it does the other defaults."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plot", "0005_performance_record"),
    ]

    operations = [
        migrations.AlterField(
            model_name="scene",
            name="correction",
            field=models.CharField(blank=True, db_default="", max_length=300, verbose_name="what was corrected"),
        ),
    ]

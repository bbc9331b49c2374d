from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plot", "0008_outline_and_lore"),
    ]

    operations = [
        migrations.AddField(
            model_name="edit",
            name="told_by",
            field=models.CharField(blank=True, db_default="", max_length=150, verbose_name="by, as told"),
        ),
    ]

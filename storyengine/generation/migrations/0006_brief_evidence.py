from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generation", "0005_adapters")]

    operations = [
        migrations.AddField(
            model_name="brief",
            name="evidence",
            field=models.JSONField(default=dict, verbose_name="evidence"),
        ),
    ]

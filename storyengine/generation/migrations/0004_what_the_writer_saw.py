from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generation", "0003_scene_memory")]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="seen",
            field=models.JSONField(null=True, verbose_name="what the writer saw"),
        ),
    ]

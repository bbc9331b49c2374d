from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generation", "0007_brief_rows_stand")]

    operations = [
        migrations.RemoveField(model_name="draft", name="deadline_at"),
        migrations.AddField(
            model_name="writerstatus",
            name="busy_with",
            field=models.CharField(
                blank=True,
                choices=[
                    ("waiting", "waits for its server"),
                    ("compiling", "compiles for the GPU"),
                    ("loading", "loads the model of a check"),
                    ("judging", "checks a text"),
                ],
                max_length=9,
                verbose_name="busy with",
            ),
        ),
        migrations.AddField(
            model_name="writerstatus",
            name="context_budget",
            field=models.PositiveIntegerField(default=0, verbose_name="tokens of a prompt"),
        ),
    ]

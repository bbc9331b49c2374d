from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("generation", "0008_writer_says_what_it_is_at")]

    operations = [
        migrations.AlterField(
            model_name="brief",
            name="reason",
            field=models.CharField(
                choices=[
                    ("ahead", "ahead of the vote"),
                    ("final", "after the vote"),
                    ("changes", "an editor asked for changes"),
                    ("without", "without the comments, to compare"),
                ],
                max_length=7,
                verbose_name="reason",
            ),
        ),
    ]

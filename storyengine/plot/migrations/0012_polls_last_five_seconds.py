from django.apps.registry import Apps
from django.core.validators import MinValueValidator
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def lengthen(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("plot", "Performance").objects.filter(poll_seconds__lt=5).update(poll_seconds=5)


class Migration(migrations.Migration):
    dependencies = [("plot", "0011_random_play")]

    operations = [
        migrations.AlterField(
            "performance",
            "poll_seconds",
            models.PositiveIntegerField(
                default=60,
                validators=[MinValueValidator(5, "A poll is open for %(limit_value)s seconds at least.")],
                verbose_name="seconds to vote",
            ),
        ),
        migrations.RunPython(lengthen, migrations.RunPython.noop),
        migrations.RemoveConstraint("performance", "performance_poll_lasts"),
        migrations.AddConstraint(
            "performance",
            models.CheckConstraint(condition=models.Q(("poll_seconds__gte", 5)), name="performance_poll_lasts"),
        ),
    ]

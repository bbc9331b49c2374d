"""The database itself keeps what must never change: the audit log, verdicts, releases, and released text."""

from django.db import migrations

APPEND_ONLY = ("editorial_auditentry", "editorial_review", "editorial_overruling", "editorial_release")

FUNCTIONS = """
CREATE FUNCTION editorial_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION editorial_released_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.branch = OLD.branch AND NEW.state = OLD.state AND NEW.version = OLD.version
       AND NEW.choice_id = OLD.choice_id AND NEW.draft_id IS NOT DISTINCT FROM OLD.draft_id THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'released text is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER released_stands BEFORE UPDATE OR DELETE ON editorial_revision
    FOR EACH ROW WHEN (OLD.state = 'released') EXECUTE FUNCTION editorial_released_stands();
"""
NO_FUNCTIONS = """
DROP TRIGGER released_stands ON editorial_revision;
DROP FUNCTION editorial_released_stands();
DROP FUNCTION editorial_only_added();
"""


def _guard(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER only_added BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION editorial_only_added();",
        f"DROP TRIGGER only_added ON {table};",
    )


class Migration(migrations.Migration):
    dependencies = [("editorial", "0002_desk")]
    operations = [migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS), *map(_guard, APPEND_ONLY)]

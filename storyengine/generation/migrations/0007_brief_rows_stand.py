"""The database itself keeps what must never change: briefs, candidates, and what a writer has written.

Rows may go with the performance that they belong to; what stands in them may not become something else.
"""

from django.db import migrations

# Of a draft that holds an answer. State, fence, lease and bell belong to the job and go on changing, and so do its
# costs: a late attempt is paid for, too.
WRITTEN = (
    "text", "model", "revision_of_model", "adapter", "revision_of_adapter", "prompt_hash", "seed", "watts",
    "remark", "seen", "written_at", "created_at",
)  # fmt: skip

CHANGED = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in WRITTEN)

FUNCTIONS = f"""
CREATE FUNCTION generation_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER stands BEFORE UPDATE ON generation_brief
    FOR EACH ROW EXECUTE FUNCTION generation_stands();
CREATE TRIGGER stands BEFORE UPDATE ON generation_candidate
    FOR EACH ROW EXECUTE FUNCTION generation_stands();
CREATE TRIGGER answer_stands BEFORE UPDATE ON generation_draft
    FOR EACH ROW WHEN (OLD.text <> '' AND ({CHANGED}))
    EXECUTE FUNCTION generation_stands();
CREATE TRIGGER brief_stands BEFORE UPDATE ON generation_draft
    FOR EACH ROW WHEN (NEW.brief_id <> OLD.brief_id) EXECUTE FUNCTION generation_stands();
"""
NO_FUNCTIONS = """
DROP TRIGGER brief_stands ON generation_draft;
DROP TRIGGER answer_stands ON generation_draft;
DROP TRIGGER stands ON generation_candidate;
DROP TRIGGER stands ON generation_brief;
DROP FUNCTION generation_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("generation", "0006_brief_evidence")]
    operations = [migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS)]

"""Law: the paper of a thread goes with its case, and never before the case has ended.

A paper of a thread holds every word of it: kept for ever, it would make of what is forgotten after some years something
that is not. All other papers stay as append-only as they were; the runtime role deletes none of either.
"""

from django.db import migrations, models

FORGET = """
CREATE OR REPLACE FUNCTION forget_ended_cases(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  old uuid[];
BEGIN
  SELECT coalesce(array_agg(id), '{}') INTO old FROM (
    SELECT id FROM complaints_case WHERE ended_at < before ORDER BY ended_at LIMIT most FOR UPDATE SKIP LOCKED) AS ended;
  %s
  DELETE FROM complaints_attachment WHERE reply_id IN (SELECT id FROM complaints_reply WHERE case_id = ANY (old));
  DELETE FROM complaints_statuslink WHERE case_id = ANY (old);
  DELETE FROM complaints_reply WHERE case_id = ANY (old);
  DELETE FROM complaints_case WHERE id = ANY (old);
  RETURN cardinality(old);
END $$;
"""
# The subjects of complaints/thread_papers.py, each named whole: the index of papers has them in this order.
PAPERS = """DELETE FROM accounts_paper WHERE kind = 'complaint.thread' AND subject IN (
    SELECT 'case:' || reply.case_id || ':' || reply.id || ':' || status
    FROM complaints_reply AS reply, unnest(ARRAY['open', 'answered', 'final', 'closed']) AS status
    WHERE reply.case_id = ANY (old));"""
FORWARD = """
CREATE FUNCTION a_paper_of_a_thread_goes_with_its_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM complaints_case WHERE id = split_part(OLD.subject, ':', 2)::uuid AND ended_at IS NULL) THEN
    PERFORM refuse('a_paper_of_a_thread_goes_with_its_case', OLD.number);
  END IF;
  RETURN OLD;
END $$;
CREATE OR REPLACE TRIGGER papers_are_append_only BEFORE UPDATE ON accounts_paper
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('papers_are_append_only');
CREATE TRIGGER papers_are_never_deleted BEFORE DELETE ON accounts_paper
  FOR EACH ROW WHEN (OLD.kind <> 'complaint.thread')
  EXECUTE FUNCTION books_are_append_only('papers_are_append_only');
CREATE TRIGGER a_paper_of_a_thread_goes_with_its_case BEFORE DELETE ON accounts_paper
  FOR EACH ROW WHEN (OLD.kind = 'complaint.thread')
  EXECUTE FUNCTION a_paper_of_a_thread_goes_with_its_case();
"""
BACK = """
DROP TRIGGER a_paper_of_a_thread_goes_with_its_case ON accounts_paper;
DROP TRIGGER papers_are_never_deleted ON accounts_paper;
CREATE OR REPLACE TRIGGER papers_are_append_only BEFORE UPDATE OR DELETE ON accounts_paper
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('papers_are_append_only');
DROP FUNCTION a_paper_of_a_thread_goes_with_its_case;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0003_attachments_and_what_is_forgotten"),
        ("accounts", "0020_papers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(fields=["attached_at"], name="attachments_by_day"),
        ),
        migrations.RunSQL(FORWARD + FORGET % PAPERS, FORGET % "" + BACK),
    ]

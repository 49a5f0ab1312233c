"""PgQueuer's tables in PostgreSQL, as they are used here: without a log, and cleaned as often as what goes through."""

from typing import Any

import sqlalchemy as sa

NO_LOG = "bill_ingest_no_queue_log"
_IS_ADAPTED = sa.text("SELECT 1 FROM pg_trigger WHERE tgname = :name AND tgrelid = to_regclass('pgqueuer_log')")

_ADAPT = f"""
CREATE OR REPLACE FUNCTION {NO_LOG}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
-- Three lines for each job, which nobody reads and nobody removes: what happened stands in the ledger's events.
CREATE TRIGGER {NO_LOG} BEFORE INSERT ON pgqueuer_log FOR EACH ROW EXECUTE FUNCTION {NO_LOG}();
TRUNCATE pgqueuer_log;
-- As PgQueuer itself advises: its rows live for seconds.
ALTER TABLE pgqueuer SET (
    autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 500, fillfactor = 70
);
-- What is due only later has no job (any more).
DELETE FROM pgqueuer WHERE status = 'queued' AND execute_after > now() + interval '1 minute';
"""  # noqa: S608 - the name is ours


def install(connection: sa.Connection) -> None:
    """Makes them, or adapts those of an older version; does nothing where that is done. In the running transaction.

    What they hold can be made again from the ledger, so their log would not be kept through a crash either.
    """
    if not sa.inspect(connection).has_table("pgqueuer"):
        from pgqueuer.adapters.persistence.qb import DBSettings, Durability, QueryBuilderEnvironment

        _run(connection, QueryBuilderEnvironment(DBSettings(durability=Durability.balanced)).build_install_query())
    if connection.execute(_IS_ADAPTED, {"name": NO_LOG}).first() is None:
        _run(connection, _ADAPT)


def _run(connection: sa.Connection, script: str) -> None:
    """Many statements, which SQLAlchemy would prepare as one."""
    adapted: Any = connection.connection.dbapi_connection
    adapted.run_async(lambda driver: driver.execute(script))

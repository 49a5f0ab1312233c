"""Runs the migrations on the connection that ``ingest.store.migrate`` opened."""

from alembic import context

from ingest.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()

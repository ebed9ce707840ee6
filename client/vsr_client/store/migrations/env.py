"""What Alembic runs to migrate: always inside the transaction of who called."""

from alembic import context

from vsr_client.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

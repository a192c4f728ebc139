"""Alembic's entry: runs the versions in the transaction that `prepare` opened."""

from alembic import context

from services.desk.tables import PeopleTable

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=PeopleTable.metadata,
    version_table="desk_version",
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

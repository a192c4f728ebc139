"""What the desk keeps beside its projection, version by version (Alembic)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from libs.runtime.database import writing
from services.desk.store import LINK

_LOCK = 1022_81
"""Advisory lock on PostgreSQL: replicas that start together migrate one after the other."""


def prepare(engine: Engine) -> None:
    """Bring the people's tables up to date and make the projection's where they are missing."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        LINK.metadata.create_all(connection)

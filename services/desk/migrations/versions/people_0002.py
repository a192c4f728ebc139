"""The telephone extension of whoever takes calls."""

import sqlalchemy as sa
from alembic import op

revision = "people_0002"
down_revision = "people_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_account", sa.Column("extension", sa.String(16), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("desk_account", "extension")

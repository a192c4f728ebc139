"""How many readers a published text helped."""

import sqlalchemy as sa
from alembic import op

revision = "people_0003"
down_revision = "people_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_helpful",
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("entry", sa.String(64), primary_key=True),
        sa.Column("version", sa.String(64), primary_key=True),
        sa.Column("yes", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("desk_helpful")

"""Standard texts by field and action, with every version."""

import sqlalchemy as sa
from alembic import op

revision = "people_0007"
down_revision = "people_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_standard",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("agency", sa.String(64), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("field", sa.String(64), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("condition", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("desk_standard_offered", "desk_standard", ["agency", "condition"])
    op.create_table(
        "desk_standard_version",
        sa.Column("standard", sa.String(32), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("field", sa.String(64), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("condition", sa.String(16), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("desk_standard_version")
    op.drop_index("desk_standard_offered", "desk_standard")
    op.drop_table("desk_standard")

"""The shift roster."""

import sqlalchemy as sa
from alembic import op

revision = "people_0005"
down_revision = "people_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_shift",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account", sa.String(32), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
    )
    op.create_index("ix_desk_shift_account", "desk_shift", ["account"])
    op.create_index("ix_desk_shift_ends", "desk_shift", ["ends"])


def downgrade() -> None:
    op.drop_table("desk_shift")

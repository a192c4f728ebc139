"""Proposed changes of questions and answers, workbooks on their way, and what was looked for in vain."""

import sqlalchemy as sa
from alembic import op

revision = "people_0004"
down_revision = "people_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _proposals()
    op.create_table(
        "desk_workbook",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account", sa.String(32), nullable=False),
        sa.Column("agency", sa.String(64), nullable=False),
        sa.Column("field", sa.String(64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("legacy", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_desk_workbook_at", "desk_workbook", ["at"])
    op.create_table(
        "desk_sought",
        sa.Column("folded", sa.String(160), primary_key=True),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("citizens", sa.Integer(), nullable=False),
        sa.Column("operators", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_desk_sought_at", "desk_sought", ["at"])
    op.create_table(
        "desk_sought_place",
        sa.Column("folded", sa.String(160), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True, autoincrement=False),
    )


def _proposals() -> None:
    op.create_table(
        "desk_proposal",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("command", sa.String(40), nullable=False, unique=True),
        sa.Column("agency", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("effective", sa.String(10), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("by_id", sa.String(32), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_desk_proposal_agency", "desk_proposal", ["agency"])
    op.create_index("ix_desk_proposal_state", "desk_proposal", ["state"])
    op.create_table(
        "desk_proposal_entry",
        sa.Column("proposal", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("entry", sa.String(80), primary_key=True),
    )
    op.create_index("ix_desk_proposal_entry_entry", "desk_proposal_entry", ["entry"])


def downgrade() -> None:
    for table in ("sought_place", "sought", "workbook", "proposal_entry", "proposal"):
        op.drop_table(f"desk_{table}")

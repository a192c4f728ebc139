"""Links by which a password is set, accounts of another provider, and every change that people made."""

import sqlalchemy as sa
from alembic import op

revision = "people_0006"
down_revision = "people_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_account", sa.Column("subject", sa.String(512), nullable=False, server_default=""))
    op.add_column("desk_session", sa.Column("way", sa.String(16), nullable=False, server_default="password"))
    op.create_table(
        "desk_invitation",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(32), nullable=False, index=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
    )
    op.create_table(
        "desk_change",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("account", sa.String(32), nullable=False, index=True),
        sa.Column("at", sa.BigInteger(), nullable=False, index=True),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("about", sa.String(64), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("desk_change")
    op.drop_table("desk_invitation")
    op.drop_column("desk_session", "way")
    op.drop_column("desk_account", "subject")

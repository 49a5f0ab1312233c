"""What is known of a bill stands in a table of its own: each change of where the bill stands wrote it anew."""

import sqlalchemy as sa
from alembic import op

from ingest.store.undecoded import LateJson

revision = "0007"
down_revision = "0006"
oldest = "0007"

COMMENTS = {
    "local": "parsers.model.Document as read",
    "api": "the API's last answer",
    "record": "the reconciled record",
}


def upgrade() -> None:
    """Moves three columns of ``bills``. For as long as that runs, the contents of the ledger are on the disk twice.

    They are taken away at once, not a version later: no released version looks for them.
    """
    op.create_table(
        "contents",
        sa.Column("bill_id", sa.Text(), nullable=False),
        *(sa.Column(name, LateJson(), nullable=True, comment=comment) for name, comment in COMMENTS.items()),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_contents_bill_id")),
        sa.PrimaryKeyConstraint("bill_id", name=op.f("pk_contents")),
    )
    op.execute(
        "INSERT INTO contents (bill_id, local, api, record) SELECT id, local, api, record FROM bills "
        "WHERE local IS NOT NULL OR api IS NOT NULL OR record IS NOT NULL"
    )
    for name in COMMENTS:
        op.drop_column("bills", name)

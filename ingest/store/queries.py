"""What is asked about single bills all the time. Built once: to build such a query takes longer than to run it."""

import sqlalchemy as sa

from ingest.store.lists import listed
from ingest.store.schema import arrivals, bills, contents, deliveries, parts

_OF = sa.bindparam("of", type_=sa.Text())

WHOLE = sa.select(bills, contents.c.local, contents.c.api, contents.c.record).outerjoin(
    contents, contents.c.bill_id == bills.c.id
)
"""Bills with what is known of them."""
BILL = WHOLE.where(bills.c.id == _OF)
CONTENTS_OF = sa.select(contents).where(contents.c.bill_id.in_(listed("bills")))
"""With ``bills``, as ``as_list``."""
FIRST_ARRIVAL = (
    sa.select(arrivals)
    .join(bills, arrivals.c.bill_id == sa.func.coalesce(bills.c.parent_id, bills.c.id))
    .where(bills.c.id == _OF)
    .order_by(arrivals.c.received_at, arrivals.c.outcome, arrivals.c.id)  # accepted before duplicate
    .limit(1)
)
PARENTS = sa.select(parts.c.parent_id).where(parts.c.bill_id == _OF)
DELIVERIES = (
    sa.select(deliveries)
    .where(deliveries.c.bill_id == _OF)
    .order_by(deliveries.c.sequence, deliveries.c.created_at, deliveries.c.id)
)
CONCLUDED = (
    sa.select(deliveries.c.bill_id).where(deliveries.c.bill_id.in_(listed("bills")), deliveries.c.final).distinct()
)
"""With ``bills``, as ``as_list``: those of them of which a final result was handed out, or is to be."""
NEWEST_ARRIVALS = (
    sa.select(arrivals)
    .order_by(arrivals.c.received_at.desc(), arrivals.c.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
NEWEST_ARRIVALS_OF = NEWEST_ARRIVALS.where(arrivals.c.bill_id == _OF)

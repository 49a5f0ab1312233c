"""What is asked about single bills all the time. Built once: to build such a query takes longer than to run it."""

import sqlalchemy as sa

from ingest.store.schema import arrivals, bills, deliveries, parts

_OF = sa.bindparam("of", type_=sa.Text())

BILL = sa.select(bills).where(bills.c.id == _OF)
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
ANY_FINAL = sa.select(deliveries.c.id).where(deliveries.c.bill_id == _OF, deliveries.c.final).limit(1)
NEWEST_ARRIVALS = (
    sa.select(arrivals)
    .order_by(arrivals.c.received_at.desc(), arrivals.c.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
NEWEST_ARRIVALS_OF = NEWEST_ARRIVALS.where(arrivals.c.bill_id == _OF)

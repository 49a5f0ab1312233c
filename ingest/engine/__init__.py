"""What wakes bills: the ledger's rows are the truth (step, version, wake-up), an engine only says whose turn it is.

``jobs``       a wake-up, written in the transaction that changes the row
``work``       what a worker does with one kind of row; the port that both engines run
``embedded``   SQLite: one worker asks the ledger what is due; the row itself is the job
``on_postgres``  PostgreSQL: any number of workers; leases, heartbeats and delays are PgQueuer's
``opening``    which of them: the database says
"""

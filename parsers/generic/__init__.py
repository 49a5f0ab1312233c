"""A bill of a company that nobody has written a parser for.

cells            the page as labels and typed values
wordings         what bills call a field, in words that any company may use (``wordings.toml``)
pointing         which value a label points to
choosing         the value that most speaks for; nothing where the places of a bill disagree
amounts          the money of a bill, chosen by its own sums
dates            when it was issued, when it is due, what periods it covers
accounts         whose bill it is; which pages are one bill
quantities, …    how much was used: readings, evidence (labels, readings, charges), usage (what they agree on)
meter_numbers, … the meters: spreading (what stands with which), descriptions (rate, address, identifiers), meters
names, companies, issuer
                 the supplier; names of companies with their codes; who issued it
recognising      whether it is a bill at all
reading          all of this for one bill, each part looked for once
bill             the rules of such a bill, and the way from pages to bills
"""

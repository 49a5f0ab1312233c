"""Names of energy companies as they print them, and the code of each.

A code is the printed name in snake case; the table holds the names that are known, and those whose code is another
one. Where one name is that of several companies, the state of the service address tells which.
"""

import re
from collections.abc import Collection, Mapping

WORDS_OF_A_COMPANY = re.compile(
    r"\b(?:electric|energy|power|gas|light|utilit(?:y|ies)|edison|hydro|p\.?u\.?d|cooperative|co-op|emc"
    r"|water (?:and|&) power|municipal)\b",
    re.IGNORECASE,
)

BY_STATE: Mapping[str, Mapping[str, str]] = {
    "national_grid": {"NY": "national_grid_new_york", "MA": "national_grid_massachusetts"},
    "duke_energy": {
        "NC": "duke_energy_carolinas", "SC": "duke_energy_carolinas", "FL": "duke_energy_florida",
        "IN": "duke_energy_indiana", "OH": "duke_energy_ohio", "KY": "duke_energy_kentucky",
    },
    "pseg": {"NJ": "pseg_new_jersey", "NY": "pseg_long_island"},
    "centerpoint_energy": {"IN": "centerpoint_energy_indiana", "TX": "centerpoint_energy_texas"},
}  # fmt: skip
"""Codes of companies of one name, by the state that they serve."""

SPELLED: Mapping[str, str] = {
    "Con Edison": "con_edison",
    "Consolidated Edison": "con_edison",
    "PSE&G": "pseg_new_jersey",
    "PSEG Long Island": "pseg_long_island",
    "APS": "arizona_public_service",
    "Public Service Electric and Gas": "pseg_new_jersey",
    "PG&E": "pacific_gas_and_electric",
    "Pacific Gas and Electric": "pacific_gas_and_electric",
    "SDG&E": "san_diego_gas_and_electric",
    "San Diego Gas & Electric": "san_diego_gas_and_electric",
    "LADWP": "los_angeles_department_of_water_and_power",
    "Los Angeles Department of Water and Power": "los_angeles_department_of_water_and_power",
    "FPL": "florida_power_and_light",
    "Florida Power & Light": "florida_power_and_light",
    "PPL Electric Utilities": "ppl_electric",
    "PPL Electric": "ppl_electric",
    "Niagara Mohawk": "national_grid_new_york",
    "SoCalGas": "southern_california_gas",
    "Southern California Gas": "southern_california_gas",
    "Portland General": "portland_general_electric",
    "NYSEG": "new_york_state_electric_and_gas",
    "New York State Electric & Gas": "new_york_state_electric_and_gas",
    "RG&E": "rochester_gas_and_electric",
    "Rochester Gas and Electric": "rochester_gas_and_electric",
    "Orange & Rockland": "orange_and_rockland",
    "SMUD": "smud",
    "Atmos Energy": "atmos_energy",
    "CPS Energy": "cps_energy",
    "AEP Ohio": "aep_ohio",
    "Public Service Company of Colorado": "xcel_energy",
    "Northern States Power": "xcel_energy",
    "Duke Energy Carolinas": "duke_energy_carolinas",
    "Duke Energy Progress": "duke_energy_progress",
    "ComEd": "commonwealth_edison",
    "Commonwealth Edison": "commonwealth_edison",
    "PECO": "peco",
    "BGE": "baltimore_gas_and_electric",
    "Baltimore Gas and Electric": "baltimore_gas_and_electric",
    "JCP&L": "jersey_central_power_and_light",
    "Jersey Central Power & Light": "jersey_central_power_and_light",
    "The Illuminating Company": "illuminating_company",
    "Nicor Gas": "nicor_gas",
    "Peoples Gas": "peoples_gas",
}
"""Names whose code is not their plain snake case, and short names that are known."""

PLAIN = (
    *("Central Maine Power", "Southern California Edison", "Portland General Electric", "Pacific Power"),
    *("Rocky Mountain Power", "Georgia Power", "Alabama Power", "Mississippi Power", "Xcel Energy", "Duke Energy"),
    *("National Grid", "Eversource", "United Illuminating", "Silicon Valley Power", "Puget Sound Energy"),
    *("Seattle City Light", "Tacoma Power", "Hawaiian Electric", "Dominion Energy Virginia", "Dominion Energy"),
    *("Consumers Energy", "DTE Energy", "Ameren Illinois", "Ameren Missouri", "CenterPoint Energy", "Pepco"),
    *("Delmarva Power", "Atlantic City Electric", "Met-Ed", "Penelec", "Penn Power", "West Penn Power"),
    *("Ohio Edison", "Toledo Edison", "Mon Power", "Potomac Edison", "Citizens Energy Group", "Washington Gas"),
    *("Southern Connecticut Gas", "Connecticut Natural Gas", "Piedmont Natural Gas", "Philadelphia Gas Works"),
    *("Arizona Public Service", "Salt River Project", "Southwest Gas", "NV Energy", "Idaho Power", "Avista"),
    *("Tucson Electric Power", "El Paso Electric", "Entergy", "Evergy", "We Energies", "Madison Gas and Electric"),
    *("Minnesota Power", "Otter Tail Power", "MidAmerican Energy", "Alliant Energy", "NIPSCO", "AES Indiana"),
    *("AES Ohio", "Indiana Michigan Power", "Appalachian Power", "Kentucky Power", "Kentucky Utilities"),
    *("Louisville Gas and Electric", "Tampa Electric", "JEA", "Orlando Utilities Commission", "Austin Energy"),
    *("Central Hudson", "Rhode Island Energy", "Versant Power", "Green Mountain Power", "Liberty Utilities"),
    *("Unitil", "Columbia Gas", "Spire", "NW Natural", "Cascade Natural Gas", "Enbridge Gas", "Black Hills Energy"),
    *("New Jersey Natural Gas", "South Jersey Gas", "Elizabethtown Gas", "UGI Utilities", "Duquesne Light"),
    *("Oklahoma Gas and Electric", "Public Service Company of Oklahoma", "Santee Cooper"),
    *("Nashville Electric Service", "Memphis Light, Gas and Water", "Knoxville Utilities Board", "EPB"),
    *("Omaha Public Power District", "Lincoln Electric System", "Colorado Springs Utilities", "Snohomish County PUD"),
    *("Sacramento Municipal Utility District", "Imperial Irrigation District", "Modesto Irrigation District"),
    *("Turlock Irrigation District", "Burbank Water and Power", "Glendale Water and Power", "Pasadena Water and Power"),
)


RETAILERS: Mapping[str, str] = {
    "AEP Energy": "aep_energy",
    "Agera Energy": "agera_energy",
    "Cirro Energy": "cirro_energy",
    "Constellation": "constellation",
    "Direct Energy": "direct_energy",
    "Direct Energy Business": "direct_energy_business",
    "Green Mountain Energy": "green_mountain_energy",
    "Hudson Energy": "hudson_energy",
    "NextEra Energy Services": "nextera_energy_services",
    "Reliant Energy": "reliant_energy",
    "Summer Energy": "summer_energy",
    "TXU Energy": "txu_energy",
}
"""Suppliers: a utility's bill names them too, so that their name alone does not make a bill theirs."""


def snake_case(name: str) -> str:
    """``Portland General Electric Co.`` as ``portland_general_electric``."""
    words = re.sub(r"[^a-z0-9]+", " ", name.casefold().replace("&", " and ").replace("'", "")).split()
    while len(words) > 1 and words[-1] in {"co", "company", "corp", "corporation", "inc", "llc", "lp", "ltd", "the"}:
        words.pop()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return "_".join(words)


KNOWN: Mapping[str, str] = {name: snake_case(name) for name in PLAIN} | dict(SPELLED) | dict(RETAILERS)
"""The code of each known name."""


def of_state(code: str, states: Collection[str]) -> str | None:
    """The code of the company that serves one of these states; None where several of its name might."""
    if code not in BY_STATE:
        return code
    codes = {BY_STATE[code][state] for state in states if state in BY_STATE[code]}
    return codes.pop() if len(codes) == 1 else None

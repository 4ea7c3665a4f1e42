"""The concepts of the ontology by scheme, the names of indicators, and the units whose names need care.

They equal the concepts of ``ontology/concepts.ttl``; a test holds them together. Plain strings, standard library only.
"""

from __future__ import annotations

STAGES: tuple[str, ...] = (
    "inPool",
    "signed",
    "approved",
    "landed",
    "started",
    "toppedOut",
    "completed",
    "operating",
    "inForce",
    "initiallyFormed",
    "expanding",
    "guaranteed",
)
STATUSES: tuple[str, ...] = ("explicit", "implied", "garbled", "missing")
VALUE_STATUSES: tuple[str, ...] = ("present", "lostInTranslation", "notStated")
NAMING_STATUSES: tuple[str, ...] = ("unnamed",)
"""That an article describes a thing and does not name it: known there alone, never one with another's."""
PERIOD_STATUSES: tuple[str, ...] = ("unanchored",)
"""Why a period has no dates: it is said relative to something that the article does not date."""
SCOPE_STATUSES: tuple[str, ...] = ("unscoped",)
"""Why a rank is among nobody: the article does not say."""
QUALIFIERS: tuple[str, ...] = ("exact", "moreThan", "nearly", "about", "atLeast", "upTo", "increase", "decrease")
MODALITIES: tuple[str, ...] = ("achieved", "planned", "target", "denied")
AMOUNTS: tuple[str, ...] = (
    "count",
    "gdp",
    "gdpPerCapita",
    "industrialOutput",
    "outputValue",
    "valueAdded",
    "valueAddedAboveSize",
    "investment",
    "fixedAssetInvestment",
    "revenue",
    "mainBusinessRevenue",
    "profit",
    "grossProfit",
    "netProfit",
    "taxRevenue",
    "fiscalRevenue",
    "budgetRevenue",
    "foreignTrade",
    "exports",
    "imports",
    "foreignCapital",
    "contractedForeignCapital",
    "retailSales",
    "residentIncome",
    "rdSpending",
    "population",
    "talent",
    "patents",
    "contractValue",
    "capacity",
    "area",
    "floorArea",
    "duration",
    "completion",
    "share",
)
GROWTHS: tuple[str, ...] = tuple(name + "Growth" for name in AMOUNTS if name not in ("completion", "share"))
"""The twin of an amount: its change over an earlier period, in percent."""
INDICATORS: tuple[str, ...] = AMOUNTS + GROWTHS
STATEMENT_KINDS: tuple[str, ...] = (
    "role",
    "hasOutcome",
    "reliesOn",
    "covers",
    "borders",
    "location",
    "startedBefore",
    "issuedBy",
    "evaluation",
    "superlative",
    "comparison",
    "intention",
    "milestone",
    "approvedBy",
)
"""What is said and kept as a claim with its quote, and never becomes a direct triple."""

CONCEPT_SCHEMES: dict[str, tuple[str, ...]] = {
    "stages": STAGES,
    "claim-statuses": STATUSES,
    "value-statuses": VALUE_STATUSES,
    "period-statuses": PERIOD_STATUSES,
    "scope-statuses": SCOPE_STATUSES,
    "naming-statuses": NAMING_STATUSES,
    "qualifiers": QUALIFIERS,
    "modalities": MODALITIES,
    "indicators": INDICATORS,
    "statement-kinds": STATEMENT_KINDS,
}

CURRENCIES: tuple[str, ...] = tuple("CNY USD EUR GBP HKD JPY MOP TWD KRW SGD AUD CAD".split())
UNIT_SLUGS: dict[str, str] = {
    "EFLOPS": "exaflops",
    "GB": "gigabyte",
    "GW": "gigawatt",
    "GWh": "gigawatt-hour",
    "Gbps": "gigabit-per-second",
    "MW": "megawatt",
    "MWh": "megawatt-hour",
    "Mbps": "megabit-per-second",
    "PB": "petabyte",
    "PFLOPS": "petaflops",
    "TB": "terabyte",
    "TWh": "terawatt-hour",
    "W": "watt",
    "degreeC": "degree-celsius",
    "kV": "kilovolt",
    "kW": "kilowatt",
    "kWh": "kilowatt-hour",
    "km/hour": "kilometre-per-hour",
}
"""Slugs of units that lower-case letters alone would not tell apart (MW and mW)."""

RANK_UNIT = "rank"
"""The unit of a claim whose value is a place in an order: it becomes ``rd:rank``."""

"""The sample bills of Duke Energy Progress: a home with a street light of its own, and a business."""

from dataclasses import replace

from samples.files import Sample
from samples.layouts.duke_energy import Company
from samples.layouts.duke_energy_cases import business, files, home

PROGRESS = Company("duke_energy_progress", "800.452.2777", "800.419.6356", "North Carolina", "NC")


def samples() -> list[Sample]:
    lit = replace(
        home(PROGRESS, 31),
        lighting=46,
        lighting_rate="Street Lighting Service - Residential Subdivisions and Others (SLR)",
    )
    return files(PROGRESS, {"2025-01_home_with_light": lit, "2025-07_business_unpaid": business(PROGRESS, 31)})

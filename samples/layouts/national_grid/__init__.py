"""The bill of National Grid's companies; ``model.Issuer`` holds what each prints in words of its own."""

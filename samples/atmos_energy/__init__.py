"""Bills after the layout of Atmos Energy, alone and many accounts in one document."""

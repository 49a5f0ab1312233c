"""Messages as senders really write them, each with what must come out of it."""

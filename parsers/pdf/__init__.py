"""A PDF, a scan or a photo as pages: the one home of PDF libraries and their options."""

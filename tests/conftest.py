"""Before all tests."""

import os

# The tests start hundreds of processes. Where this is set (many container images do), each of them compiles every
# module that it imports anew, which takes seconds.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

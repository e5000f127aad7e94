"""`python -m indexer`."""

import sys

from indexer.main import main

if __name__ == "__main__":
    sys.exit(main())

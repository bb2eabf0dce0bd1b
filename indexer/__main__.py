"""``python -m indexer`` is the ``exposure`` command."""

from indexer.cli.main import main

if __name__ == "__main__":
    main()

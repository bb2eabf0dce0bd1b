"""``python -m indexer`` is the ``exposure`` command."""

import signal


def start() -> None:
    """Run the command line; while it is still loaded, Ctrl-C ends the process without a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from indexer.cli.main import main

    main()


if __name__ == "__main__":
    start()

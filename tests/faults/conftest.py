"""Faults are told on the command line too."""

from tests.cli.conftest import exposure, exposure_process

__all__ = ["exposure", "exposure_process"]

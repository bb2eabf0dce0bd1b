"""Who runs the tasks. An engine gets a function and numbers, and knows nothing of corpora."""

from indexer.engines.engine import Outcome, run_tasks

__all__ = ["Outcome", "run_tasks"]

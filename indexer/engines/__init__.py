"""Who runs the tasks. An engine gets a function and numbers, and knows nothing of corpora."""

from indexer.engines.engine import run_tasks
from indexer.engines.heartbeat import beat
from indexer.engines.limits import WorkerLimits
from indexer.engines.outcome import Outcome

__all__ = ["Outcome", "WorkerLimits", "beat", "run_tasks"]

"""The directory of an index: its paths, its lock, how its files are committed."""

from indexer.index_dir.commits import commit_file, commit_folder
from indexer.index_dir.directory import IndexDir
from indexer.index_dir.plan_seal import PLAN_AGAIN, plan_is_whole, write_sealed_plan

__all__ = ["PLAN_AGAIN", "IndexDir", "commit_file", "commit_folder", "plan_is_whole", "write_sealed_plan"]

"""The report: named queries become charts, charts become one offline page."""

from indexer.report.write import write_report

__all__ = ["write_report"]

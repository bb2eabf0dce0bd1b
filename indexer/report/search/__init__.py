"""The search box of the report: phrases and items, with their curves and first places, inside the page."""

from indexer.report.search.found import script, search_box

__all__ = ["script", "search_box"]

"""A kind of contract that import-linter does not have: what some modules may import, and nothing else."""

from __future__ import annotations

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules


class WhitelistContract(Contract):
    """Some packages import nothing but what is listed; each may import its own modules.

    Configuration options:
        - source_modules: packages, wildcards allowed.
        - allowed_modules: packages inside the project or outside, wildcards allowed.
    """

    type_name = "whitelist"
    source_modules = fields.ListField(subfield=fields.ModuleExpressionField())
    allowed_modules = fields.ListField(subfield=fields.ModuleExpressionField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Return whether no source module imports what is not listed."""
        sources, allowed = _packages(graph, self.source_modules), _packages(graph, self.allowed_modules)
        broken = [
            f"{source} imports {imported}"
            for source in sorted(sources)
            for imported in sorted(graph.find_modules_directly_imported_by(source) - allowed - sources)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> Any:
        """Print what is imported though it is not listed."""
        for line in check.metadata["broken"]:
            output.print_error(line)


def _packages(graph: ImportGraph, expressions: Any) -> set[str]:
    """Return some modules, and what lies in them."""
    named = {module.name for module in module_expressions_to_modules(graph, expressions, as_packages=False)}
    inside = [graph.find_descendants(name) for name in named if not graph.is_module_squashed(name)]
    return named.union(*inside)

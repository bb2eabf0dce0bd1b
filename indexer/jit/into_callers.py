"""How functions are compiled that only kernels call: as far as their callers need them.

Numba optimises every function, makes machine code of it, links a copy into each of its callers and optimises
that again there; only the copy ever runs. A first run took half of its time for what never ran. Here such a
function stays as it was translated, and is optimised in its callers alone.

Numba has no door for that: what it has inside is used here, as it is in the versions that were tried. With a
newer one `indexer.jit.compile` imports nothing of this.
"""

from __future__ import annotations

from typing import Any

from numba import _dynfunc  # type: ignore[attr-defined]
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder, _LowerResult
from numba.core.compiler_machinery import register_pass
from numba.core.lowering import Lower
from numba.core.typed_passes import NativeLowering


class _Translated(JITCodeLibrary):
    """Code to be linked into other code: not optimised, no machine code."""

    def _optimize_final_module(self) -> None:
        """Leave it to the callers."""

    def _finalize_final_module(self: Any) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True


_translated: Any = _Translated


@register_pass(mutates_CFG=True, analysis_only=False)
class _Translation(NativeLowering):
    """Translates a function to LLVM's language, and lets kernels call it."""

    _name = "translation_for_callers"

    def run_pass(self, state: Any) -> bool:
        """Do so."""
        state.library = _translated(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        lowering: Any = super()
        lowering.run_pass(state)
        function, call_helper, _, environment = state.cr
        # What Python would call; to the compiler it is the name of the function.
        name = _dynfunc.make_function(
            function.lookup_module(), function.qualname, "", 0, environment, (state.library,)
        )
        state.targetctx.insert_user_function(name, function, [state.library])
        state.cr = _LowerResult(function, call_helper, cfunc=name, env=environment)
        return True


class _OutOfLine(Lower):
    """Translates a function whose code is never put into that of a caller."""

    def setup_function(self: Any, fndesc: Any) -> None:
        """Begin the function."""
        lowering: Any = super()
        lowering.setup_function(fndesc)
        self.function.attributes.add("noinline")


@register_pass(mutates_CFG=True, analysis_only=False)
class _TranslationOutOfLine(_Translation):
    """The same for such a function."""

    _name = "translation_out_of_line"
    lowering_class = _OutOfLine


class IntoCallers(CompilerBase):
    """Numba's compiler with another last step."""

    last_step: type[_Translation] = _Translation

    def define_pipelines(self) -> list[Any]:
        """Return the passes to be run."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(self.last_step, NativeLowering)
        passes.passes = [of_pass for of_pass in passes.passes if of_pass[0] is not NativeLowering]
        passes.finalize()
        return [passes]


class OutOfLine(IntoCallers):
    """The same for a function that stays out of the code of its callers."""

    last_step = _TranslationOutOfLine

"""The words that open a statement which is no question."""

from __future__ import annotations

import re

_OTHER_STATEMENTS = re.compile(
    "ABORT|ALTER|ANALYZE|ATTACH|BEGIN|CALL|CHECKPOINT|COMMENT|COMMIT|COPY|CREATE|DEALLOCATE|DELETE|DETACH|DO|DROP|"
    "END|EXECUTE|EXPORT|FORCE|GRANT|IMPORT|INSERT|INSTALL|KILL|LOAD|MERGE|PRAGMA|PREPARE|RESET|REVOKE|ROLLBACK|"
    "SET|START|TRUNCATE|UPDATE|USE|VACUUM"
)


def is_other_statement(word: str) -> bool:
    """Tell whether a word opens a statement that an index does not answer."""
    return _OTHER_STATEMENTS.fullmatch(word.upper()) is not None

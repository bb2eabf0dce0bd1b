"""``exposure certify``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from indexer.cli.command import command
from indexer.cli.options import IndexFolder, allow_path_option, max_tokens_option, sample_option, seed_option
from indexer.cli.progress import Progress


@command(
    "exposure certify index --out certificate",
    "exposure certify --check certificate.json",
    "exposure certify index --check certificate.md",
)
@click.argument("index_dir", metavar="[INDEX]", required=False, type=IndexFolder())
@click.option("--out", metavar="F", help="Verify INDEX, and write F.json and F.md.")
@click.option(
    "--verification",
    metavar="FILE",
    help="What `exposure verify INDEX --json` printed, in place of a new one.",
)
@click.option(
    "--check", "checked", metavar="F", help="Test the seal of F, and that INDEX is what it certifies."
)
@sample_option
@seed_option
@max_tokens_option
@allow_path_option
def certify(
    index_dir: str | None,
    out: str | None,
    verification: str | None,
    checked: str | None,
    sample: int,
    seed: int,
    max_tokens: int,
    allow_paths: tuple[str, ...],
) -> int:
    """Write a sealed file that says what an index covers and what was verified, or check one.

    An index that does not hold is not certified: the exit code is that of `exposure verify`.
    """
    from indexer.verification.certificate import check_certificate, make_certificate, write_certificate

    if (out is None) == (checked is None):
        raise click.UsageError("give either --out, or --check")
    if checked is not None:
        certificate = check_certificate(checked, index_dir)
        click.echo(f"seal {certificate['seal']} fits")
        click.echo(
            f"{index_dir} is the index that was certified"
            if index_dir
            else f"plan {certificate['fingerprint']}; whether an index has it was not asked"
        )
        return 0
    if index_dir is None or out is None:
        raise click.UsageError("name the INDEX to certify")
    if verification is not None:
        result = _read(verification)
    else:
        result = _verify(index_dir, sample, seed, max_tokens, allow_paths)
        if not result["held"]:
            code: int = result["exit_code"]
            return code
    certificate = make_certificate(index_dir, result)
    data, text = write_certificate(certificate, out)
    click.echo(f"{data} and {text}, seal {certificate['seal']}")
    return 0


def _verify(
    index_dir: str, sample: int, seed: int, max_tokens: int, allow_paths: tuple[str, ...]
) -> dict[str, Any]:
    """Verify an index; show what failed."""
    from indexer.cli.verify import print_verification
    from indexer.verification.verify import verify_index

    with Progress() as progress:
        done = verify_index(
            index_dir,
            sample=sample,
            seed=seed,
            max_tokens=max_tokens,
            allow_paths=allow_paths,
            announce=progress.say,
            advance=progress.advance,
        )
    if not done.held:
        print_verification(done)
        click.echo("Not certified.", err=True)
    return done.as_dict()


def _read(path: str) -> dict[str, Any]:
    from indexer.errors import InputError
    from indexer.storage.opening import bytes_of_regular

    try:
        result: dict[str, Any] = json.loads(bytes_of_regular(Path(path)).decode())
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path=path) from None
    except (ValueError, RecursionError):
        raise InputError(
            "is no verification", path=path, expected="what `exposure verify INDEX --json` prints"
        ) from None
    return result

"""`sanad i18n`: extract texts, show how far the languages are, exchange tables with translators."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.domain.language import LANGUAGES, TAGS, Tag
from bot.errors import SanadError
from bot.i18n import catalogues, merging, po, spreadsheet
from bot.i18n.catalogues import DOMAINS, Domain
from bot.i18n.status import LanguageStatus, Progress, project_status, units_of
from bot.i18n.units import Unit

app = typer.Typer(help="Texts in four languages: extract, status, export, import.")

PROJECT: Final = Path(__file__).resolve().parents[2]
Root = Annotated[
    Path, typer.Option("--root", help="Folder that holds bot/, flows/ and locales/.", exists=True)
]
Language = Annotated[str, typer.Argument(help="ar, ckb, kmr or en.")]
Console = Annotated[bool, typer.Option("--console", help="The texts of the console.")]


def _tag(language: str) -> Tag:
    for tag in TAGS:
        if tag == language:
            return tag
    raise typer.BadParameter(f"`{language}` is none of {', '.join(TAGS)}")


def _domain(*, console: bool) -> Domain:
    return "console" if console else "sanad"


def _stop(error: SanadError) -> typer.Exit:
    typer.echo(str(error), err=True)
    return typer.Exit(1)


def _files(root: Path, units: list[Unit], domain: Domain) -> dict[Path, str]:
    """The catalogues of a domain as they should be: template and four languages."""
    locales = root / "locales"
    template = locales / catalogues.TEMPLATES[domain]
    files = {template: po.written(merging.template(units), None)}
    for tag in TAGS:
        path = catalogues.file_of(locales, tag, domain)
        old = po.read(path) if path.exists() else {}
        files[path] = po.written(merging.merged(units, old, tag), tag)
    return files


@app.command()
def extract(
    *,
    root: Root = PROJECT,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 when a file would change.")
    ] = False,
) -> None:
    """Collect every text from flows and program, and bring the catalogues up to date."""
    try:
        texts = {domain: units_of(root, domain) for domain in DOMAINS}
        files: dict[Path, str] = {}
        for domain, units in texts.items():
            files |= _files(root, units, domain)
    except SanadError as error:
        raise _stop(error) from error
    changed = [path for path, text in files.items() if not _holds(path, text)]
    for path in changed:
        typer.echo(f"{'would change' if check else 'updated'} {path.relative_to(root)}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8", newline="\n")
    count = sum(map(len, texts.values()))
    typer.echo(f"{count} texts, {len(changed)} of {len(files)} files changed")
    if check and changed:
        typer.echo("run `sanad i18n extract` and commit the result", err=True)
        raise typer.Exit(1)


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_bytes() == text.encode()


@app.command()
def status(
    *,
    root: Root = PROJECT,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    findings: Annotated[bool, typer.Option("--findings", help="List every fault.")] = False,
) -> None:
    """Percent, missing, fuzzy, too long and review state; exit 1 when anything is to be done."""
    try:
        states = {domain: project_status(root, domain) for domain in DOMAINS}
    except SanadError as error:
        raise _stop(error) from error
    if as_json:
        rows = [
            {"domain": domain, **asdict(language)}
            for domain, languages in states.items()
            for language in languages
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for domain, languages in states.items():
            typer.echo(_TITLES[domain])
            _print_status(languages, findings=findings)
    if not all(language.complete for languages in states.values() for language in languages):
        raise typer.Exit(1)


_TITLES: Final[dict[Domain, str]] = {"sanad": "the bot", "console": "the console"}


_HEADING: Final = ("language", "texts", "percent", "missing", "fuzzy", "too long", "other")


def _print_status(languages: list[LanguageStatus], *, findings: bool) -> None:
    typer.echo(_line(_HEADING) + "  native review")
    for language in languages:
        title = f"{language.tag} {LANGUAGES[language.tag].english_name}"
        review = f"  {language.review} [{language.fingerprint}]"
        typer.echo(_line((title, *_counts(language.whole))) + review)
    if all(language.complete for language in languages):
        return
    _print_flows(languages)
    if not findings:
        typer.echo("`sanad i18n status --findings` lists each fault with file and line")
        return
    for language in languages:
        for finding in language.findings:
            typer.echo(str(finding))


def _counts(progress: Progress) -> tuple[str, ...]:
    counts = (progress.missing, progress.fuzzy, progress.too_long, progress.other)
    return (str(progress.total), f"{progress.percent}%", *map(str, counts))


def _print_flows(languages: list[LanguageStatus]) -> None:
    """Flows that are not done: percent in each language, and how many texts have other faults."""
    typer.echo(_line(("flow", "texts", *(language.tag for language in languages))))
    for parts in zip(*(language.flows for language in languages), strict=True):
        if any(part.percent < 100 or part.too_long or part.other for part in parts):
            cells = (_percent(part) for part in parts)
            typer.echo(_line((parts[0].flow, str(parts[0].total), *cells)))


def _percent(progress: Progress) -> str:
    faults = progress.too_long + progress.other
    return f"{progress.percent}%" + (f" !{faults}" if faults else "")


def _line(cells: tuple[str, ...]) -> str:
    return cells[0].ljust(20) + "".join(cell.rjust(9) for cell in cells[1:])


@app.command()
def export(
    language: Language,
    file: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    *,
    root: Root = PROJECT,
    console: Console = False,
    only_open: Annotated[bool, typer.Option("--open", help="Only missing and fuzzy.")] = False,
    distinct: Annotated[
        bool, typer.Option("--distinct", help="Only missing, and each English text once.")
    ] = False,
) -> None:
    """Write the texts of a language as a table for translators."""
    tag = _tag(language)
    try:
        path = catalogues.file_of(root / "locales", tag, _domain(console=console))
        entries = list(po.read(path).values())
    except SanadError as error:
        raise _stop(error) from error
    if distinct:
        entries = spreadsheet.without_repetition(entries)
    chosen = [entry for entry in entries if not only_open or entry.fuzzy or not entry.complete]
    file.write_text(spreadsheet.exported(chosen, tag), encoding="utf-8", newline="")
    typer.echo(f"{len(chosen)} texts written to {file}")


@app.command("import")
def import_(
    language: Language,
    file: Annotated[Path, typer.Argument(help="The CSV file to read.", exists=True)],
    *,
    root: Root = PROJECT,
    console: Console = False,
) -> None:
    """Take a translator's table back; rows that would break a text are refused and listed."""
    tag = _tag(language)
    path = catalogues.file_of(root / "locales", tag, _domain(console=console))
    try:
        table = spreadsheet.rows(_decoded(file), file.name)
        result = spreadsheet.imported(po.read(path), table, tag)
    except SanadError as error:
        raise _stop(error) from error
    po.write(path, result.entries, tag)
    for refusal in result.refused:
        typer.echo(f"{file.name}: {refusal}", err=True)
    typer.echo(f"{result.changed} texts changed, {len(result.refused)} rows refused")
    if result.refused:
        raise typer.Exit(1)


def _decoded(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise po.CatalogueError(
            f"{file.name}:1: not UTF-8; save it as “CSV UTF-8 (comma delimited)”"
        ) from error

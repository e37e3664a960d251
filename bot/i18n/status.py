"""How far the translations are: per language and flow, and everything that stops a release."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bot.domain.language import TAGS, Tag
from bot.i18n import catalogues, merging, po, review
from bot.i18n.catalogues import Domain
from bot.i18n.checks import Finding, check_entries, check_source
from bot.i18n.console_texts import console_units
from bot.i18n.contexts import flow_of
from bot.i18n.extraction import all_units
from bot.i18n.units import Unit

MISSING: Final = frozenset({"I001", "I009", "I010"})
FUZZY: Final = frozenset({"I002"})
TOO_LONG: Final = frozenset({"I006"})


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of texts (not of faults) in one flow, or in a whole language when `flow` is empty."""

    flow: str
    total: int
    missing: int
    fuzzy: int
    too_long: int
    other: int

    @property
    def percent(self) -> int:
        """Texts that can be shown, of a hundred; 100 only when none is missing or fuzzy."""
        return 100 * (self.total - self.missing - self.fuzzy) // self.total if self.total else 100


@dataclass(frozen=True, slots=True)
class LanguageStatus:
    """One language: the whole, each flow, every finding, and the state of native review."""

    tag: Tag
    whole: Progress
    flows: tuple[Progress, ...]
    findings: tuple[Finding, ...]
    fingerprint: str
    review: str

    @property
    def complete(self) -> bool:
        """Whether nothing stops a release; native review is shown but does not block."""
        return not self.findings


def project_status(root: Path, domain: Domain = "sanad") -> list[LanguageStatus]:
    """The state of the four languages of the project under `root`, against its present texts."""
    units = units_of(root, domain)
    reviews = review.load(root / "locales" / "REVIEW.toml", domain)
    return [language_status(root, tag, units, reviews[tag], domain) for tag in TAGS]


def units_of(root: Path, domain: Domain) -> list[Unit]:
    """Every text of one catalogue, as it stands in the source now."""
    return all_units(root) if domain == "sanad" else console_units(root)


def language_status(
    root: Path,
    tag: Tag,
    units: Sequence[Unit],
    seen: review.Review,
    domain: Domain = "sanad",
) -> LanguageStatus:
    """One language. A text that the catalogue lacks, because nobody extracted it, is missing."""
    path = catalogues.file_of(root / "locales", tag, domain)
    old = po.read(path) if path.exists() else {}
    entries = merging.merged(units, old, tag)
    entries = [_with_line(entry, old) for entry in entries]
    findings = check_entries(entries, tag, path.relative_to(root).as_posix())
    if tag == "en":
        findings = check_source(units) + findings
    print_ = review.fingerprint(entries)
    return LanguageStatus(
        tag=tag,
        whole=_progress("", (entry.context for entry in entries), findings),
        flows=tuple(_by_flow(entries, findings)),
        findings=tuple(findings),
        fingerprint=print_,
        review=seen.state(print_),
    )


def _with_line(entry: po.Entry, old: Mapping[po.Key, po.Entry]) -> po.Entry:
    before = old.get(entry.key)
    return replace(entry, line=before.line if before else 0)


def _by_flow(entries: Iterable[po.Entry], findings: Sequence[Finding]) -> list[Progress]:
    grouped: dict[str, list[str]] = {}
    for entry in entries:
        grouped.setdefault(flow_of(entry.context), []).append(entry.context)
    return [
        _progress(flow, contexts, [item for item in findings if flow_of(item.context) == flow])
        for flow, contexts in grouped.items()
    ]


def _progress(flow: str, contexts: Iterable[str], findings: Iterable[Finding]) -> Progress:
    # A page of the console is one context with many texts: their lines tell them apart.
    codes: dict[tuple[str, str], set[str]] = {}
    for finding in findings:
        codes.setdefault((finding.context, finding.where), set()).add(finding.code)
    known = MISSING | FUZZY | TOO_LONG
    return Progress(
        flow=flow,
        total=sum(1 for _ in contexts),
        missing=sum(bool(found & MISSING) for found in codes.values()),
        fuzzy=sum(bool(found & FUZZY) and not found & MISSING for found in codes.values()),
        too_long=sum(bool(found & TOO_LONG) for found in codes.values()),
        other=sum(bool(found - known) for found in codes.values()),
    )

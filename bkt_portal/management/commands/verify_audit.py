"""`manage.py verify_audit`: recomputes every chain of the audit trail; status 1 where one does not hold."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit_heads, clock
from accounts.audit import Head
from accounts.audit_heads import Recomputed
from bkt_portal import verification


class Command(BaseCommand):
    help = (
        "Recomputes the audit trail from its stored bytes and compares it with the heads that were kept last. "
        "Ends with status 1 at the first chain that does not hold."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", type=Path, help="a file of kept heads; by default the newest in FILES_DIR")
        parser.add_argument("--export-head", type=Path, help="keep the heads in this new file, once all chains held")
        parser.add_argument("--all", action="store_true", help="go on after a broken chain")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
        parser.add_argument("--progress", action="store_true", help="tell how far it is, also where nobody looks")

    def handle(self, *args: Any, **options: Any) -> None:
        file = options["head"] or audit_heads.latest()
        counter = verification.Counter(wanted=options["progress"])
        chains, broken = _walk(_kept(file), counter, until_broken=not options["all"])
        facts: dict[str, Any] = {
            "holds": not broken,
            "chains": len(chains),
            "events": sum(chain.events for chain in chains),
            "compared_with": str(file) if file else None,
            "compared_with_sha256": audit_heads.digest(file) if file else None,
            "breaches": [_facts(chain) for chain in broken],
        }
        if options["export_head"] and not broken:
            facts["exported"] = str(options["export_head"])
            facts["exported_sha256"] = _export(options["export_head"])
        self.stdout.write(json.dumps(facts, indent=1) if options["json"] else _text(facts))
        if broken:
            sys.exit(1)


def _kept(file: Path | None) -> dict[str, Head]:
    try:
        return audit_heads.read(file) if file else {}
    except audit_heads.NoHeads as problem:
        raise CommandError(str(problem)) from None


def _walk(
    kept: dict[str, Head], counter: verification.Counter, *, until_broken: bool
) -> tuple[list[Recomputed], list[Recomputed]]:
    chains, broken = [], []
    for chain in audit_heads.recompute(kept=kept, using=verification.alias(), progress=counter.show):
        chains.append(chain)
        if chain.breach:
            broken.append(chain)
            if until_broken:
                break
    counter.clear()
    return chains, broken


def _export(file: Path) -> str:
    try:
        return audit_heads.export(file, at=clock.now(), using=verification.alias())
    except audit_heads.FileExists as refusal:
        raise CommandError(str(refusal)) from None


def _facts(chain: Recomputed) -> dict[str, Any]:
    assert chain.breach, "asked of broken chains alone"
    return {"chain": chain.chain, "events": chain.events, "at": chain.breach.sequence, "what": chain.breach.what}


def _text(facts: dict[str, Any]) -> str:
    lines = [f"{facts['chains']} chains, {facts['events']} events recomputed."]
    if facts["compared_with"]:
        lines.append(f"Compared with {facts['compared_with']} (sha256 {facts['compared_with_sha256']}).")
    else:
        lines.append("Compared with no kept heads: a tail that was cut together with its head would not show.")
    lines += [f"{breach['chain']}, event {breach['at']}: {breach['what']}" for breach in facts["breaches"]]
    lines.append("The trail is whole." if facts["holds"] else "THE TRAIL IS BROKEN.")
    if "exported" in facts:
        lines.append(f"Heads kept in {facts['exported']} (sha256 {facts['exported_sha256']}).")
    return "\n".join(lines)

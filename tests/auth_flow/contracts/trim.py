"""Make twilio_messages.json anew, out of the API description that Twilio publishes in the npm package @twilio/cli-core.

    npm pack @twilio/cli-core && tar xzf twilio-cli-core-*.tgz
    python tests/auth_flow/contracts/trim.py package

Kept are the addresses of messages, their parameters, bodies and answers, and every schema that these need; left out are
prose, examples and headers. Nothing is changed. The licence of the description comes along in LICENSE.twilio.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOM = "/2010-04-01/Accounts/{AccountSid}/Messages"
ADDRESSES = (f"{ROOM}.json", f"{ROOM}/{{Sid}}.json")
VERBS = ("get", "post", "delete")
PROSE = {"description", "summary", "tags", "examples", "example", "headers", "x-twilio", "externalDocs"}


def trim(package: Path) -> None:
    """Write contract and licence beside this file."""
    source = package / "src" / "services" / "twilio-api" / "twilio_api_v2010.json"
    whole = json.loads(source.read_text(encoding="utf-8"))
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    paths = {address: _operations(whole["paths"][address]) for address in ADDRESSES}
    kept = {
        "openapi": whole["openapi"],
        "info": {**_plain(whole["info"]), "x-taken-from": f"@twilio/cli-core {version}"},
        "paths": paths,
        "components": {"schemas": _schemas(whole["components"]["schemas"], paths)},
    }
    text = json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    (HERE / "twilio_messages.json").write_text(text, encoding="utf-8")
    licence = (package / "LICENSE").read_text(encoding="utf-8")
    (HERE / "LICENSE.twilio").write_text(licence, encoding="utf-8")


def _operations(address: dict[str, Any]) -> dict[str, Any]:
    return {verb: _plain(address[verb]) for verb in VERBS if verb in address}


def _plain(node: Any) -> Any:
    """The same without prose. A property may bear a name like `description`: names of properties all stay."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        name: {key: _plain(value) for key, value in child.items()} if name == "properties" else _plain(child)
        for name, child in node.items()
        if name not in PROSE
    }


def _schemas(published: dict[str, Any], start: Any) -> dict[str, Any]:
    """Every schema that `start` names, and those that they name."""
    kept: dict[str, Any] = {}
    wanted = list(_references(start))
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept[name] = _plain(published[name])
            wanted.extend(_references(kept[name]))
    return kept


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rpartition("/")[2]
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)


if __name__ == "__main__":
    trim(Path(sys.argv[1]))

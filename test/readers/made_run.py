"""What a run's own objects say of its items: read from the bucket's files by nothing of the product's code."""

import json
import re
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl, unquote

HALF = re.compile("[\ud800-\udfff]")


def whole(value):
    """Text as files can have it: half a character is none."""
    if isinstance(value, str):
        return value if value.isascii() else HALF.sub("\ufffd", value)
    if isinstance(value, list):
        return [whole(one) for one in value]
    if isinstance(value, dict):
        return {whole(name): whole(one) for name, one in value.items()}
    return value


def lines(path):
    # Not by `splitlines`, which takes other characters for ends of lines too.
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def value_of(text):
    if text == "true":
        return True
    return int(text) if re.fullmatch(r"-?\d+", text) else text


def asked(request):
    if "body" in request:
        body = json.loads(request["body"])
        messages = body.pop("messages")
        body.pop("model")
        body.pop("seed", None)
        said = [one["content"] for one in messages if one["role"] == "user"][-1]
        return {"prompt": said, "messages": messages if len(messages) > 1 else None, "params": body}
    path, query = request["path"].split("?", 1)
    params = {name: value_of(text) for name, text in parse_qsl(query, keep_blank_values=True)}
    params.pop("model")
    params.pop("seed")
    return {"prompt": unquote(path.rsplit("/", 1)[1]), "messages": None, "params": params}


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class Run:
    def __init__(self, root):
        self.root = Path(root)
        items = {}
        pages = {}
        for page in sorted(self.root.glob("plan/*/page-*.jsonl")):
            for item in lines(page):
                items[item["number"]] = item
                pages[item["number"]] = page.stem.removeprefix("page-")
        records = [line for part in self.root.glob("results/part-*.jsonl") for line in lines(part)]
        self.records = sorted(records, key=lambda record: record["number"])
        self.digits = max(4, len(str(len(self.records))))
        self.asked = {}
        for number, item in items.items():
            request = item.get("request")
            if request is None:
                name = f"{number:07}-{item['id']}.{item['steps'][-1]['id']}.request.json"
                request = json.loads((self.root / "items" / pages[number] / name).read_bytes())["request"]
            self.asked[number] = asked(request)

    def file(self, record):
        if record["status"] != "succeeded":
            return None
        ending = "json" if record.get("json") else "txt"
        if "artifact" in record:
            ending = record["artifact"]["key"].rsplit(".", 1)[1]
        return f"{self.stem(record)}.{ending}"

    def stem(self, record):
        return f"{record['number']:0{self.digits}}-{record['id']}"

    def content(self, record):
        """The bytes of a result."""
        if "artifact" not in record:
            return whole(record["text"]).encode()
        return (self.root / record["artifact"]["key"].split(f"/{self.root.name}/", 1)[1]).read_bytes()

    def rows(self):
        """The table that every format must come to; amounts are exact, times have their zone."""
        return [whole(self.row(record)) for record in self.records]

    def row(self, record):
        good = record if record["status"] == "succeeded" else {}
        fault = record.get("fault", {})
        artifact = good.get("artifact", {})
        unknown = record["cost"]["unknown"]
        ends = [moment(one["at"]) for one in record["attempts"]]
        starts = [end - timedelta(milliseconds=one["latencyMs"]) for end, one in zip(ends, record["attempts"])]
        answers = [one for one in record["attempts"] if one["code"] == "answered"]
        usage = good.get("usage", {})
        prompt = [count for unit, count in usage.items() if unit.startswith("prompt")]
        completion = [count for unit, count in usage.items() if unit == "completionTextTokens"]
        at_most = unknown["atMost"]
        return {
            "number": record["number"],
            "id": record["id"],
            "custom_id": record.get("customId"),
            "status": record["status"],
            "kind": record["kind"],
            "model": record["model"],
            "model_used": good.get("modelUsed"),
            "seed": record.get("seed"),
            **self.asked[record["number"]],
            "vars": record.get("vars"),
            "text": good.get("text"),
            "is_json": good.get("json", False) if good and record["kind"] == "text" else None,
            "message": good.get("message"),
            "finish_reason": good.get("finishReason"),
            "file": self.file(record),
            "artifact": artifact.get("key"),
            "content_type": artifact.get("contentType"),
            "bytes": good.get("bytes"),
            "width": artifact.get("width"),
            "height": artifact.get("height"),
            "sha256": good.get("sha256"),
            "doubt": good.get("doubt"),
            "steps": [step["step"] for step in record["steps"]] if "steps" in record else None,
            "reused_run": record.get("reused", {}).get("runId"),
            "cost": Decimal(record["cost"]["settled"]),
            "unknown_charges": unknown["count"],
            "unknown_at_most": None if at_most is None else Decimal(at_most),
            "attempts": len(record["attempts"]) + record.get("throttled", 0),
            "throttled": record.get("throttled", 0),
            "cache": answers[-1]["cache"]["status"] if answers else None,
            "prompt_tokens": sum(prompt) if prompt else None,
            "completion_tokens": sum(completion) if completion else None,
            "started_at": min(starts, default=None),
            "ended_at": max(ends, default=None),
            "latency_ms": answers[-1]["latencyMs"] if answers else None,
            "error_code": fault.get("code"),
            "error_status": fault.get("status"),
            "error_message": fault.get("message"),
            "remedy": fault.get("remedy"),
            **{f"var_{name}": self.variable(record, name) for name in self.variables()},
        }

    def variables(self):
        if not hasattr(self, "names"):
            self.names = list(dict.fromkeys(name for one in self.records for name in one.get("vars", {})))
        return self.names

    def variable(self, record, name):
        if name not in record.get("vars", {}):
            return None
        value = record["vars"][name]
        if isinstance(value, str):
            return value
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

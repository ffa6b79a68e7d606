"""Reads the results of a run back in every format, and holds them row by row against the run's own objects.

    equal.py RUN EXPORTS COPIES

Prints how many rows were equal by reader, as JSON; ends with the first difference otherwise.
"""

import base64
import csv
import hashlib
import io
import json
import re
import sys
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import datasets
import duckdb
import pandas
import pyarrow.parquet
from PIL import Image

from made_run import Run, lines, moment, whole

JSON = {"messages", "params", "vars", "message", "steps"}
DISARMED = re.compile("'+[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")
NAMED_ELSEWHERE = {"file", "artifact"}

datasets.disable_progress_bars()
csv.field_size_limit(sys.maxsize)


def same(reader, expected, found):
    count = 0
    for row, other in zip(expected, found, strict=True):
        if row.keys() != other.keys():
            sys.exit(f"{reader}: columns {sorted(row.keys() ^ other.keys())}")
        for name, value in row.items():
            if value != other[name] or type(value) is not type(other[name]):
                sys.exit(f"{reader}: item {row['number']}, {name}: {value!r} was written as {other[name]!r}")
        count += 1
    return count


def steps_named(value):
    return None if value is None else [step["step"] for step in value]


def from_json(name, text):
    value = None if text is None else json.loads(text)
    return steps_named(value) if name == "steps" else value


def armed(cell):
    return cell[1:] if DISARMED.match(cell) else cell


def csv_cell(row, name, cell):
    """A cell as its column is typed; an empty one may be an empty text."""
    value = row[name]
    if cell == "":
        return "" if value == "" else None
    if name in JSON:
        return from_json(name, cell)
    if isinstance(value, bool):
        return cell == "true"
    if isinstance(value, int):
        return int(cell)
    if isinstance(value, Decimal):
        return Decimal(cell)
    return moment(cell) if isinstance(value, datetime) else armed(cell)


def read_csv(rows, path):
    # Decoded beforehand, so that ends of lines in cells stay what they are.
    table = csv.DictReader(io.StringIO(path.read_bytes().decode(), newline=""))
    for row, found in zip(rows, table, strict=True):
        yield {armed(name): csv_cell(row, armed(name), cell) for name, cell in found.items()}


def plain(name, value):
    if isinstance(value, pandas.Timestamp):
        value = value.to_pydatetime()
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc)
    return from_json(name, value) if name in JSON else value


def plain_rows(found):
    return ({name: plain(name, value) for name, value in row.items()} for row in found)


def with_pandas(path):
    table = pandas.read_parquet(path, dtype_backend="pyarrow")
    objects = table.astype(object).where(table.notna(), None)
    return plain_rows(objects.to_dict("records"))


def with_duckdb(path):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    found = connection.execute("SELECT * FROM read_parquet(?) ORDER BY number", [str(path)])
    names = [column[0] for column in found.description]
    return plain_rows(dict(zip(names, row)) for row in found.fetchall())


def check_jsonl(run, path, reader):
    found = lines(path)
    for record, line in zip(run.records, found, strict=True):
        asked = run.asked[record["number"]]
        for name, value in whole({**record, **{key: one for key, one in asked.items() if one is not None}}).items():
            told = line[name]
            if name == "steps":
                told = [{key: step[key] for key in one if key in step} for one, step in zip(value, told, strict=True)]
            if told != value:
                sys.exit(f"{reader}: item {record['number']}, {name}: {value!r} was written as {told!r}")
        if line.get("file") != run.file(record):
            sys.exit(f"{reader}: item {record['number']} names the file {line.get('file')!r}")
    return len(found)


def check_batch(run, path):
    found = lines(path)
    for record, line in zip(run.records, found, strict=True):
        number = record["number"]
        if line["custom_id"] != whole(record.get("customId", record["id"])):
            sys.exit(f"openai-batch: item {number} is called {line['custom_id']!r}")
        if record["status"] != "succeeded":
            fault = record.get("fault", {"code": "batch_cancelled"})
            if line["response"] is not None or line["error"]["code"] != fault["code"]:
                sys.exit(f"openai-batch: item {number} has failed, and is told as {line!r}")
            continue
        body = line["response"]["body"]
        if record["kind"] == "image":
            content = base64.b64decode(body["data"][0]["b64_json"])
        else:
            content = body["choices"][0]["message"]["content"].encode()
        if content != run.content(record) or line["error"] is not None:
            sys.exit(f"openai-batch: item {number} is not what was answered")
    return len(found)


def check_files(run, folder):
    names = set()
    for record in run.records:
        names.update(f"{run.stem(record)}.{step['step']}.txt" for step in record.get("steps", []))
        name = run.file(record)
        if name is None:
            continue
        names.add(name)
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != record["sha256"]:
            sys.exit(f"files: {name} is not what was answered")
    others = names.symmetric_difference(path.name for path in folder.iterdir())
    if others:
        sys.exit(f"files: {sorted(others)}")
    return len(run.records)


def check_dataset(run, rows, folder):
    loaded = datasets.load_dataset(str(folder), cache_dir=str(folder.parent / "cache"))["train"]
    expected = []
    for record, row in zip(run.records, rows, strict=True):
        row = {name: value for name, value in row.items() if name not in NAMED_ELSEWHERE}
        if record["kind"] == "text" and "artifact" in record:
            row["text"] = run.content(record).decode()
        expected.append(row)
    table = pandas.read_parquet(folder / "data", dtype_backend="pyarrow")
    images = 0
    for record, picture in zip(run.records, table.pop("image"), strict=True):
        if record["kind"] != "image" or record["status"] != "succeeded":
            continue
        if picture["bytes"] != run.content(record) or picture["path"] != run.file(record):
            sys.exit(f"dataset: the picture of item {record['number']} is not what was made")
        if (folder / "images" / picture["path"]).read_bytes() != picture["bytes"]:
            sys.exit(f"dataset: images/{picture['path']} is not what was made")
        decoded = loaded[record["number"] - 1]["image"]
        if not isinstance(decoded, Image.Image) or decoded.convert("RGB").size != (16, 16):
            sys.exit(f"dataset: the picture of item {record['number']} is decoded as {decoded!r}")
        images += 1
    objects = table.astype(object).where(table.notna(), None)
    counts = {
        "dataset, pandas": same("dataset, pandas", expected, plain_rows(objects.to_dict("records"))),
        "dataset, datasets": same("dataset, datasets", expected, plain_rows(loaded.remove_columns("image").to_list())),
        "dataset, images": images,
    }
    return counts


def main():
    run = Run(sys.argv[1])
    exports, copies = Path(sys.argv[2]), Path(sys.argv[3])
    rows = run.rows()
    parquet = exports / "results.parquet"
    counts = {
        "jsonl": check_jsonl(run, exports / "results.jsonl", "jsonl"),
        "csv": same("csv", rows, read_csv(rows, exports / "results.csv")),
        "parquet, PyArrow": same("parquet, PyArrow", rows, plain_rows(pyarrow.parquet.read_table(parquet).to_pylist())),
        "parquet, pandas": same("parquet, pandas", rows, with_pandas(parquet)),
        "parquet, DuckDB": same("parquet, DuckDB", rows, with_duckdb(parquet)),
        "openai-batch": check_batch(run, exports / "openai-batch.jsonl"),
        "files, jsonl": check_jsonl(run, copies / "results.jsonl", "files"),
        "files": check_files(run, copies / "items"),
        **check_dataset(run, rows, exports / "dataset"),
    }
    print(json.dumps(counts))


main()

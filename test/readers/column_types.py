"""Prints how readers type the columns of a Parquet file, and the types of a dataset's.

    column_types.py results.parquet DATASET
"""

import json
import sys

import datasets
import duckdb
import pandas

datasets.disable_progress_bars()

parquet, dataset = sys.argv[1:]
described = duckdb.connect().execute("DESCRIBE SELECT * FROM read_parquet(?)", [parquet]).fetchall()
table = pandas.read_parquet(parquet)
loaded = datasets.load_dataset(dataset, cache_dir=f"{dataset}/../cache")["train"]
print(
    json.dumps(
        {
            "duckdb": {name: kind for name, kind, *_ in described},
            "pandas": {name: str(kind) for name, kind in table.dtypes.items()},
            # What is an object to pandas, by the type of its values.
            "values": {
                name: sorted({type(value).__name__ for value in column.dropna()})
                for name, column in table.items()
            },
            "datasets": {
                name: "image" if isinstance(kind, datasets.Image) else kind.dtype
                for name, kind in loaded.features.items()
            },
        }
    )
)

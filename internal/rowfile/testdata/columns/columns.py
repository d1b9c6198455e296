"""Writes the Parquet and Arrow files of this folder, with pyarrow.

    python columns.py

Each holds the same 40 rows of 3 logits, k / 8 - 5 for k = 0, 1, 2... as far as its type keeps them, and what its name says.
"""

import decimal
import json

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

ROWS, K = 40, 3
z = (np.arange(ROWS * K) / 8 - 5).reshape(ROWS, K).astype(np.float32)
y = np.arange(ROWS) % K
words = np.array(["cat", "dog", "eel"])


def lists(x, kind, fixed=False):
    flat = pa.array(x.reshape(-1), kind)
    if fixed:
        return pa.FixedSizeListArray.from_arrays(flat, x.shape[1])
    return pa.ListArray.from_arrays(np.arange(len(x) + 1, dtype=np.int32) * x.shape[1], flat)


def table(**columns):
    return pa.table(columns)


document = pa.array([f"d{i // 4}" for i in range(ROWS)])
plain = table(logits=lists(z, pa.float32()), label=pa.array(y), document=document, weight=pa.array(np.ones(ROWS)))
each = table(
    id=pa.array(np.arange(ROWS)), **{f"logit_{w}": pa.array(z[:, k]) for k, w in enumerate(words)}, label=pa.array(words[y]).dictionary_encode()
)
features = {"info": {"features": {"label": {"names": ["ant", "bee", "cow"], "_type": "ClassLabel"}, "logits": {"_type": "Sequence"}}}}
named = plain.replace_schema_metadata({"huggingface": json.dumps(features)})
holes = table(logits=lists(z, pa.float32()), label=pa.array([None if i in (3, 17) else int(y[i]) for i in range(ROWS)]))

pq.write_table(plain, "list.parquet", row_group_size=16, data_page_size=64)
pq.write_table(plain, "list-v2.parquet", row_group_size=16, data_page_size=64, data_page_version="2.0", compression="zstd")
pq.write_table(plain, "list-gzip.parquet", compression="gzip")
pq.write_table(plain, "list-lz4.parquet", compression="lz4")
pq.write_table(plain, "list-brotli.parquet", compression="brotli")
pq.write_table(plain, "list-none.parquet", compression="none", use_dictionary=False)
pq.write_table(plain, "list-split.parquet", use_dictionary=False, use_byte_stream_split=["logits.list.element"], compression="snappy")
pq.write_table(each, "columns.parquet", row_group_size=7)
pq.write_table(each, "delta.parquet", use_dictionary=False, column_encoding={"label": "DELTA_BYTE_ARRAY", "id": "DELTA_BINARY_PACKED"})
pq.write_table(named, "named.parquet")
pq.write_table(holes, "holes.parquet")
pq.write_table(table(logits=lists(z, pa.float32(), fixed=True), label=pa.array(y.astype(np.uint8))), "fixed.parquet")
pq.write_table(table(logits=lists(z.astype(np.float16), pa.float16()), label=pa.array(y.astype(np.int8))), "half.parquet")
pq.write_table(table(logits=lists(z.astype(np.float64), pa.float64()), label=pa.array(y.astype(np.float64))), "double.parquet")
pq.write_table(table(out=pa.StructArray.from_arrays([lists(z, pa.float32()), pa.array(y)], ["logits", "label"])), "struct.parquet")
pq.write_table(table(logits=pa.LargeListArray.from_arrays(np.arange(ROWS + 1, dtype=np.int64) * K, pa.array(z.reshape(-1))), target=lists(np.eye(K)[y], pa.float32())), "soft.parquet")

# What cannot be read as rows of numbers.
ragged = [[0.0] * (K - (i == 22)) for i in range(ROWS)]
pq.write_table(table(logits=pa.array(ragged, pa.list_(pa.float32())), label=pa.array(y)), "ragged.parquet")
gap = [[0.5, None if i == 11 else 1.0, 2.0] for i in range(ROWS)]
pq.write_table(table(logits=pa.array(gap, pa.list_(pa.float32())), label=pa.array(y)), "gap.parquet")
none = [None if i == 9 else [0.5, 1.0, 2.0] for i in range(ROWS)]
pq.write_table(table(logits=pa.array(none, pa.list_(pa.float32())), label=pa.array(y)), "none.parquet")
pq.write_table(table(p_a=pa.array([None if i == 5 else 0.5 for i in range(ROWS)]), p_b=pa.array([0.5] * ROWS), label=pa.array(y % 2)), "null-score.parquet")
pq.write_table(table(logits=pa.array([[[1.0, 2.0]]] * ROWS), label=pa.array(y)), "nested.parquet")
pq.write_table(table(p_a=pa.array([decimal.Decimal("0.5")] * ROWS), p_b=pa.array([decimal.Decimal("0.5")] * ROWS), label=pa.array(y % 2)), "decimal.parquet")

# Arrow: the stream that the library datasets keeps, and the file, which Feather version 2 is.
for name, options in {"stream.arrow": {}, "stream-zstd.arrow": {"compression": "zstd"}, "stream-lz4.arrow": {"compression": "lz4"}}.items():
    with pa.OSFile(name, "wb") as f, pa.ipc.new_stream(f, named.schema, options=pa.ipc.IpcWriteOptions(**options)) as w:
        w.write_table(named, max_chunksize=16)
for name, t, options in [
    ("file.arrow", plain, {}),
    ("columns.arrow", each, {}),
    ("holes.arrow", holes, {}),
    ("fixed.arrow", table(logits=lists(z, pa.float32(), fixed=True), label=pa.array(y.astype(np.uint8))), {}),
    ("half.arrow", table(logits=lists(z.astype(np.float16), pa.float16()), label=pa.array(y > 0)), {}),
    ("large.arrow", table(logits=pa.LargeListArray.from_arrays(np.arange(ROWS + 1, dtype=np.int64) * K, pa.array(z.reshape(-1))), label=pa.array(words[y], pa.large_string())), {}),
    ("ragged.arrow", table(logits=pa.array(ragged, pa.list_(pa.float32())), label=pa.array(y)), {}),
    ("gap.arrow", table(logits=pa.array(gap, pa.list_(pa.float32())), label=pa.array(y)), {}),
]:
    with pa.OSFile(name, "wb") as f, pa.ipc.new_file(f, t.schema, options=pa.ipc.IpcWriteOptions(**options)) as w:
        w.write_table(t, max_chunksize=16)
sliced = plain.slice(5, 20)  # buffers that begin within those of a larger table
feather.write_feather(sliced, "sliced.feather", compression="lz4")
feather.write_feather(plain, "plain.feather", compression="zstd")
view = table(logits=lists(z, pa.float32()), label=pa.array(np.array(["a cat that is longer", "dog", "eel"])[y], pa.string_view()))
with pa.OSFile("view.arrow", "wb") as f, pa.ipc.new_file(f, view.schema) as w:
    w.write_table(view)

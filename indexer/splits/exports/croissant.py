"""Croissant metadata of an exported split: files with their hashes, and the columns of each split.

Format: Croissant 1.1, https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa

from indexer.plurals import counted
from indexer.splits.exports.exported_split import ExportedSplit

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(split: ExportedSplit, files: dict[str, str], folder: Path) -> dict[str, Any]:
    """Return the metadata as a JSON-LD object.

    Parameters
    ----------
    split : ExportedSplit
        What is described.
    files : dict of str to str
        Path of each split inside the folder.
    folder : Path
        Where the files lie, for their hashes.
    """
    origin = split.provenance()
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": "minimal_pairs_split_by_exposure",
        "description": (
            "Minimal pairs of sentences, split by whether a language model met their critical phrases in its "
            f"training data. Index {origin['index_fingerprint']}, query {origin['query']}, "
            f"parameters {origin['parameters']}, {origin['software']}; "
            f"{counted(origin['index_unverified_shards'], 'shard')} not compared with a known hash."
        ),
        "version": "1.0.0",
        "distribution": [_file(path, folder) for path in files.values()],
        "recordSet": [_records(name, files[name], table.schema) for name, table in split.splits.items()],
    }


def _file(path: str, folder: Path) -> dict[str, Any]:
    data = (folder / path).read_bytes()
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": Path(path).name,
        "contentUrl": path,
        "contentSize": f"{len(data)} B",
        "encodingFormat": "application/x-parquet",
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _records(name: str, path: str, schema: pa.Schema) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "key": {"@id": f"{name}/pair_id"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{field.name}",
                "name": field.name,
                "dataType": _data_type(field.type),
                "source": {"fileObject": {"@id": path}, "extract": {"column": field.name}},
            }
            for field in schema
        ],
    }


def _data_type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    return "sc:Float" if pa.types.is_floating(kind) else "sc:Text"

"""Channels of the built-in XGBoost algorithm as XGBoost's matrices: CSV, libsvm and Parquet."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .failures import ClientError
from .libraries import library

CSV, LIBSVM, PARQUET = "csv", "libsvm", "parquet"

_FORMATS = {
    "csv": CSV,
    "text/csv": CSV,
    "libsvm": LIBSVM,
    "text/libsvm": LIBSVM,
    "text/x-libsvm": LIBSVM,
    "parquet": PARQUET,
    "application/x-parquet": PARQUET,
}
_RECORDIO = ("recordio-protobuf", "application/x-recordio-protobuf")


def format_of(channel: Mapping[str, Any], name: str) -> str:
    """The format that a channel's ContentType names; libsvm where it has none. Raises ClientError."""
    content_type = channel.get("ContentType") or "text/libsvm"
    kind, *parameters = [part.strip().lower() for part in content_type.split(";")]
    if kind in _RECORDIO:
        raise ClientError(
            f"ClientError: channel {name!r}: content type {content_type} cannot be read here yet; use text/csv"
        )
    if kind not in _FORMATS:
        known = ", ".join(sorted(_FORMATS))
        raise ClientError(f"ClientError: channel {name!r}: content type {content_type!r} is none of {known}")
    if [text for text in parameters if text.startswith("label_size") and text.replace(" ", "") != "label_size=1"]:
        raise ClientError(f"ClientError: channel {name!r}: {content_type!r}: only label_size=1 is supported")
    return _FORMATS[kind]


def files_of(folders: list[Path]) -> list[Path]:
    """The data files below these folders, in the order of their paths. Raises ClientError for a hidden one."""
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in files:
        if path.name.startswith("."):
            raise ClientError(f"ClientError: Hidden file found in the data path! Remove that before training: {path}")
    return [path for path in files if path.stat().st_size > 0]


def matrix(folders: list[Path], file_format: str, has_weights: bool = False) -> Any:
    """The rows of all files below these folders as one DMatrix; None where there are none. Raises ClientError.

    The first column is the label; in CSV with weights the second one is the weight.
    """
    files = files_of(folders)
    if not files:
        return None
    if file_format == LIBSVM:
        return _libsvm(files)
    numpy = library("numpy")

    read = _csv_rows if file_format == CSV else _parquet_rows
    tables = [read(path) for path in files]
    if len({table.shape[1] for table in tables}) > 1:
        widths = ", ".join(f"{path.name}: {table.shape[1]}" for path, table in zip(files, tables))  # noqa: B905 - 3.8
        raise ClientError(f"ClientError: the files of a channel differ in their number of columns ({widths})")
    return _dmatrix(numpy.concatenate(tables), has_weights and file_format == CSV)


def _dmatrix(rows: Any, has_weights: bool) -> Any:
    xgboost = library("xgboost")

    if has_weights:
        return xgboost.DMatrix(rows[:, 2:], label=rows[:, 0], weight=rows[:, 1])
    return xgboost.DMatrix(rows[:, 1:], label=rows[:, 0])


def _csv_rows(path: Path) -> Any:
    pandas = library("pandas")

    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            delimiter = _delimiter(file.readline())
        table = pandas.read_csv(path, header=None, sep=delimiter)
    except (ValueError, UnicodeDecodeError) as error:
        raise ClientError(f"ClientError: cannot read {path} as CSV: {error}") from error
    for column in table.columns:
        if table[column].dtype == object:
            value = pandas.to_numeric(table[column], errors="coerce").isna().idxmax()
            raise ClientError(
                f"ClientError: {path}, line {value + 1}, column {column + 1}: {table[column][value]!r} is not a number "
                "(CSV input has no header, and the label in the first column)"
            )
    return table.to_numpy(dtype="float32")


def csv_rows_of_text(text: Any) -> Any:
    """The rows of a request's CSV, which has no label; ValueError where something in it is no number."""
    numpy = library("numpy")
    lines = [line for line in text.splitlines() if line.strip()]
    delimiter = _delimiter(lines[0]) if lines else ","
    return numpy.array([[float(value or "nan") for value in line.split(delimiter)] for line in lines], "float32")


def _delimiter(first_line: str) -> str:
    try:
        return csv.Sniffer().sniff(first_line, delimiters=",;\t| ").delimiter
    except csv.Error:
        return ","


def _parquet_rows(path: Path) -> Any:
    pandas = library("pandas")

    try:
        return pandas.read_parquet(path).to_numpy(dtype="float32")
    except (ValueError, OSError) as error:
        raise ClientError(f"ClientError: cannot read {path} as Parquet with numbers only: {error}") from error


def _libsvm(files: list[Path]) -> Any:
    # XGBoost reads the files of one folder; those of a channel may lie in several.
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(files):
            (Path(folder) / f"{number:06}").symlink_to(path)
        xgboost = library("xgboost")
        try:
            return xgboost.DMatrix(f"{folder}?format=libsvm")
        except (xgboost.core.XGBoostError, ValueError) as error:
            raise ClientError(f"ClientError: cannot read {files[0].parent} as libsvm: {error}") from error


def libsvm_of_text(data: Any) -> Any:
    """A request's libsvm as a DMatrix, with or without labels; ValueError where it is none."""
    scipy, numpy = library("scipy.sparse"), library("numpy")
    text = data if isinstance(data, str) else bytes(data).decode()
    values, columns, ends = [], [], [0]
    for line in filter(str.strip, text.splitlines()):
        for word in line.split():
            if ":" in word:
                column, _, value = word.partition(":")
                columns.append(int(column))
                values.append(float(value))
        ends.append(len(values))
    matrix = scipy.csr_matrix((numpy.array(values, "float32"), columns, ends))
    return library("xgboost").DMatrix(matrix)

"""Files in an object store: the same bits as on disk, faults in words, secrets nowhere."""

from __future__ import annotations

import json
import pickle
import socket
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.feather as pf
import pyarrow.fs as fs
import pyarrow.parquet as pq
import pytest

import kedou as kd
from kedou.errors import KedouError, OptionError, SavedFileError, UnreadableFileError
from kedou.sources import clients
from kedou.sources.identity import identity_of_files

SECRET = "a-secret-that-is-told-to-nobody"
ROWS = 150_000


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    served = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    served.start()
    host, port = served.get_host_and_port()
    yield f"http://{host}:{port}"
    served.stop()


@pytest.fixture
def environment(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tester")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    return server


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same data in every format, in folders that say the year."""
    root = tmp_path_factory.mktemp("stored")
    rng = np.random.default_rng(5)
    for year in (2023, 2024):
        here = root / "parquet" / f"year={year}"
        here.mkdir(parents=True)
        table = pa.table({"x": rng.normal(size=ROWS), "y": rng.normal(size=ROWS)})
        pq.write_table(table, here / "part.parquet", row_group_size=70_000)
    pf.write_feather(table, root / "one.feather", chunksize=70_000)
    pc.write_csv(table, root / "one.csv")
    with pa.CompressedOutputStream(str(root / "one.csv.gz"), "gzip") as packed:
        pc.write_csv(table, packed)
    (root / "notes.md").write_text("no data")
    return root


@pytest.fixture(scope="session")
def bucket(server: str, folder: Path) -> fs.FileSystem:
    """A bucket ``data`` with the folder in it."""
    store = fs.S3FileSystem(
        access_key="tester", secret_key=SECRET, scheme="http", region="us-east-1",
        endpoint_override=server.removeprefix("http://"), allow_bucket_creation=True,
    )  # fmt: skip
    store.create_dir("data")
    fs.copy_files(
        str(folder), "data/set", source_filesystem=fs.LocalFileSystem(),
        destination_filesystem=store, use_threads=False,
    )  # fmt: skip
    return store


def same(data: Any, local: Any, **options: Any) -> None:
    there = kd.scan(data, target="y", folds=4, **options)
    here = kd.scan(local, target="y", folds=4)
    assert there.count == here.count
    assert np.array_equal(there.mean, here.mean)
    assert np.array_equal(there.scatter, here.scatter)
    for a, b in zip(there.folds, here.folds, strict=True):
        assert np.array_equal(a.mean, b.mean)


def refusal(
    code: str, data: Any, kind: type[KedouError] = UnreadableFileError, **options: Any
) -> KedouError:
    with pytest.raises(kind) as caught:
        kd.scan(data, target="y", **options)
    assert caught.value.code == code
    for language in ("en", "zh-CN"):
        assert SECRET not in caught.value.text(language)
    return caught.value


@pytest.mark.parametrize(
    "name",
    [
        "parquet",
        "parquet/*/*.parquet",
        "parquet/**/*.parquet",
        "one.feather",
        "one.csv",
        "*.csv.gz",
    ],
)
def test_the_same_bits_as_on_disk(environment: str, bucket: Any, folder: Path, name: str) -> None:
    same(f"s3://data/set/{name}", str(folder / name))


def test_lists_of_addresses_with_options_instead_of_variables(
    environment: str, bucket: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name)
    options = {"key": "tester", "secret": SECRET, "endpoint": environment, "region": "us-east-1"}
    names = [f"parquet/year={year}/part.parquet" for year in (2023, 2024)]
    data = [f"s3://data/set/{name}" for name in names]
    same(data, [str(folder / name) for name in names], storage_options=options)
    source = kd.open(data, target="y", storage_options=options)
    kept = json.dumps(identity_of_files(source))
    for text in (repr(source), str(source), kept, repr(source.table.files)):
        assert SECRET not in text
    assert source.parts()[0].origin == "year=2023/part.parquet"


def test_file_systems_of_pyarrow_and_fsspec(bucket: Any, folder: Path) -> None:
    same("s3://data/set/parquet", folder / "parquet", filesystem=bucket)
    same("data/set/parquet", folder / "parquet", filesystem=bucket)
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    memory.pipe("/set/one.csv.gz", (folder / "one.csv.gz").read_bytes())
    same("memory://set/*.csv.gz", folder / "one.csv.gz", filesystem=memory)


def test_a_model_predicts_from_a_store(environment: str, bucket: Any, folder: Path) -> None:
    model = kd.fit(str(folder / "one.feather"), target="y")
    there = model.predict("s3://data/set/one.feather")
    assert np.array_equal(there, model.predict(str(folder / "one.feather")))


def test_a_checkpoint_of_objects(
    environment: str, bucket: fs.FileSystem, folder: Path, tmp_path: Path
) -> None:
    address, kept = "s3://data/changing/one.csv", tmp_path / "kept.json"
    text = (folder / "one.csv").read_bytes()

    def put(content: bytes) -> None:
        with bucket.open_output_stream("data/changing/one.csv") as file:
            file.write(content)

    put(text)
    first = kd.scan(address, target="y", checkpoint=kept)
    assert np.array_equal(kd.scan(address, target="y", checkpoint=kept).mean, first.mean)
    assert SECRET not in kept.read_text("utf-8")
    middle = len(text) // 2
    row = text.index(b"\n", middle) + 1
    put(text[:row] + text[row:].replace(b"1", b"2", 1))  # neither size nor ends differ
    refusal("fitting.checkpoint-changed", address, SavedFileError, checkpoint=kept)


def test_parts_travel_without_connection_or_secret(environment: str, bucket: Any) -> None:
    source = kd.open("s3://data/set/parquet", target="y")
    part = source.parts()[-1]
    sent = pickle.dumps(part)
    assert SECRET.encode() not in sent
    assert b"tester" not in sent
    clients.opened.cache_clear()
    there, here = pickle.loads(sent), part
    for a, b in zip(there.blocks(), here.blocks(), strict=True):
        assert np.array_equal(a.X, b.X)
        assert np.array_equal(a.y, b.y)


def test_what_is_not_there(environment: str, bucket: Any) -> None:
    near = refusal("sources.no-file-near", "s3://data/set/one.cvs")
    assert near.values["near"] == "one.csv"
    refusal("sources.store-no-object", "s3://data/nothing/at-all.csv")
    refusal("sources.store-no-bucket", "s3://no-such-bucket/a.csv")
    refusal("sources.store-no-bucket", "s3://no-such-bucket/*.csv")
    refusal("sources.glob-empty", "s3://data/set/*.tsv")
    refusal("sources.store-no-bucket-named", "s3:///a.csv")
    refusal("sources.file-twice", ["s3://data/set/one.csv"] * 2, OptionError)


def test_what_cannot_be_asked(environment: str, bucket: Any, folder: Path) -> None:
    refusal("sources.address", f"https://me:{SECRET}@example.org/a.csv?token={SECRET}")
    refusal("sources.store-secret-in-address", f"s3://me:{SECRET}@data/set/one.csv")
    refusal("sources.store-secret-in-address", f"s3://data/set/one.csv?secret_key={SECRET}")
    refusal(
        "sources.store-and-disk", ["s3://data/set/one.csv", str(folder / "one.csv")], OptionError
    )
    wrong: dict[str, Any] = {"storage_options": {"passwort": SECRET}}
    refusal("sources.storage-option", "s3://data/set/one.csv", OptionError, **wrong)
    both = {"filesystem": bucket, "storage_options": {"key": SECRET}}
    refusal("sources.store-options-twice", "s3://data/set/one.csv", OptionError, **both)
    refusal("sources.filesystem-type", "a.csv", KedouError, filesystem=3)
    address = "s3://data/set/one.csv"
    refusal("sources.storage-options-type", address, KedouError, storage_options=[SECRET])
    refusal("sources.storage-option-type", address, KedouError, storage_options={"key": 3})
    alone = {"key": SECRET}  # a key without its secret
    refusal("sources.store-settings", address, KedouError, storage_options=alone)


def test_a_pyarrow_without_a_store(monkeypatch: pytest.MonkeyPatch) -> None:
    clients.opened.cache_clear()
    monkeypatch.delattr(fs, "GcsFileSystem")
    refusal("sources.store-not-built", "gs://data/a.csv")


def test_a_file_system_with_errors_of_its_own(folder: Path) -> None:
    memory = pytest.importorskip("fsspec.implementations.memory")

    class Odd(memory.MemoryFileSystem):
        cachable = False
        store: dict[str, Any] = {}  # noqa: RUF012 (as in its base)
        broken = "info"

        def info(self, path: str, **more: Any) -> Any:
            if self.broken == "info":
                raise RuntimeError("an answer without sense")
            return super().info(path, **more)

        def open(self, path: str, mode: str = "rb", **more: Any) -> Any:
            opened = super().open(path, mode, **more)
            if self.broken == "read" and mode == "rb":
                opened.read = broken_read
            return opened

    def broken_read(*size: int) -> bytes:
        raise RuntimeError("ReadTimeoutError")

    odd = Odd()
    odd.pipe("/one.parquet", (folder / "parquet/year=2023/part.parquet").read_bytes())
    refusal("sources.store-failed", "memory://one.parquet", filesystem=odd)
    Odd.broken = "read"
    refusal("sources.store-unreachable", "memory://one.parquet", filesystem=odd)


def test_the_command_reads_a_store(
    environment: str, bucket: Any, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from kedou.cli import main

    def fitted(data: str, *more: str) -> dict[str, Any]:
        assert main(["fit", data, "-t", "y", "--steps", "3", "--json", "-q", *more]) in (0, 3, 4)
        printed = capsys.readouterr().out
        assert SECRET not in printed
        return dict(json.loads(printed))

    report = tmp_path / "report.html"
    there = fitted("s3://data/set/parquet/*/*.parquet", "--report", str(report))
    here = fitted(str(folder / "parquet/*/*.parquet"))
    assert SECRET not in report.read_text("utf-8")
    differ = {name for name in there if there[name] != here[name]}
    assert differ <= {"seconds"}
    model, predicted = str(tmp_path / "model.json"), tmp_path / "predicted.csv"
    fitted(str(folder / "one.feather"), "--model", model)
    tables = []
    for data in ("s3://data/set/one.feather", str(folder / "one.feather")):
        assert main(["predict", model, data, "-o", str(predicted), "-q"]) == 0
        tables.append(predicted.read_bytes())
    assert tables[0] == tables[1]


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_workers_of_a_cluster_open_the_store_again(
    environment: str, bucket: Any, folder: Path
) -> None:
    from distributed import Client, LocalCluster

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with (
            LocalCluster(
                n_workers=1, threads_per_worker=2, host="127.0.0.1",
                dashboard_address="127.0.0.1:0", silence_logs=50,
            ) as cluster,
            Client(cluster) as client,
        ):  # fmt: skip
            same("s3://data/set/parquet", folder / "parquet", client=client)


def test_a_store_that_does_not_answer(environment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clients.opened.cache_clear()
    monkeypatch.setattr(clients, "ATTEMPTS", 1)
    monkeypatch.setattr(clients, "REQUEST_SECONDS", 1.0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{silent.getsockname()[1]}"
        told = refusal(
            "sources.store-unreachable", "s3://data/a.csv", storage_options={"endpoint": closed}
        )
        assert "endpoint" in told.text("en")
        silent.listen()
        options = {"endpoint": closed, "region": "eu-west-1"}
        refusal("sources.store-unreachable", "s3://data/a.csv", storage_options=options)
    clients.opened.cache_clear()


def test_credentials_that_are_refused(environment: str, bucket: Any) -> None:
    def allow(count: str) -> None:
        address = f"{environment}/moto-api/reset-auth"
        plain = {"Content-Type": "text/plain"}
        request = urllib.request.Request(address, count.encode(), plain)
        with urllib.request.urlopen(request):
            pass

    allow("0")
    try:
        for address in ("one.csv", "*.csv", "parquet", "none.csv"):
            refusal("sources.store-refused", f"s3://data/set/{address}")
    finally:
        allow("inf")


def test_a_damaged_object(environment: str, bucket: Any) -> None:
    with bucket.open_output_stream("data/damaged/a.parquet") as file:
        file.write(b"PAR1 and nothing else")
    refusal("sources.not-parquet", "s3://data/damaged/a.parquet")


def test_the_lab_reads_no_store(environment: str, bucket: Any) -> None:
    from kedou.sources.table_files import table_of

    with pytest.raises(UnreadableFileError) as caught:
        table_of("s3://data/set/one.csv")
    assert caught.value.code == "sources.address"

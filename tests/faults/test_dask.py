"""On a real cluster of processes: the same bits, also when workers die inside a block."""

import json
import os
import random
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kill_workers import GROUPS, OPTIONS, PATIENT, ROWS, blocks, make_file
from waiting import Watched, scan_while_killing, trace

import kedou as kd
from kedou.cli import main
from kedou.errors import ClusterError, OptionError, OptionTypeError, UnreadableFileError
from kedou.fitting import dask_cluster
from kedou.fitting.cluster_tasks import Found, merge
from kedou.fitting.dask_cluster import DaskCluster, connected, task_size
from kedou.fitting.subtrees import power_of_two, subtrees
from kedou.moments import Merger

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def client():
    import dask
    from distributed import Client, LocalCluster

    dask.config.set(PATIENT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cluster = LocalCluster(
            n_workers=4,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
        )
        client = Client(cluster)
    yield client
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client.close()
        cluster.close()


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return make_file(tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="module")
def right(path):
    return kd.scan(path, **OPTIONS)


def test_a_cluster_gives_the_bits_of_one_process(client, path, right, tmp_path):
    heard = []
    source = kd.open(path, target="y")
    moments = kd.scan(Watched(source, tmp_path), client=client, folds=2, progress=heard.append)
    assert moments == right
    assert heard[-1].rows == GROUPS * ROWS
    opened = [name for name, _ in trace(tmp_path, "open")]
    assert len(opened) == len(set(opened)) == 2 * GROUPS
    assert len({process for _, process in trace(tmp_path, "open")}) > 1
    assert os.getpid() not in {process for _, process in trace(tmp_path, "open")}


@pytest.mark.parametrize("number", range(3))
def test_a_worker_killed_inside_a_block(client, path, right, tmp_path, number):
    client.wait_for_workers(4, timeout=120)
    source = kd.open(path, target="y")
    names = blocks(source, 1, random.Random(number))
    moments = scan_while_killing(source, client, tmp_path, names, folds=2)
    assert moments == right
    assert moments.rows_read == GROUPS * ROWS


def test_all_workers_but_one_killed(client, path, right, tmp_path):
    client.wait_for_workers(4, timeout=120)
    source = kd.open(path, target="y")
    names = blocks(source, 3, random.Random(9))
    assert scan_while_killing(source, client, tmp_path, names, folds=2) == right


def test_a_disk_that_hesitates_is_asked_again(client, path, right, tmp_path):
    (tmp_path / "fail-rows.parquet-0").touch()
    source = kd.open(path, target="y")
    assert kd.scan(Watched(source, tmp_path), client=client, folds=2) == right
    assert not (tmp_path / "fail-rows.parquet-0").exists()


def test_a_block_that_kills_every_worker_is_named(client, path, tmp_path):
    client.wait_for_workers(4, timeout=120)
    (tmp_path / f"poison-rows.parquet-{5 * ROWS}").touch()
    with pytest.raises(ClusterError) as caught:
        kd.scan(Watched(kd.open(path, target="y"), tmp_path), client=client)
    assert caught.value.code == "fitting.cluster-killed"
    assert caught.value.values == {"workers": 4, "file": "rows.parquet", "groups": "5"}
    deaths = [name for name, _ in trace(tmp_path, "open") if name == f"rows.parquet-{5 * ROWS}"]
    assert len(deaths) == 4


def test_a_file_that_workers_do_not_see_is_named(client, tmp_path):
    path = make_file(tmp_path)
    source = kd.open(path, target="y")
    path.unlink()
    with pytest.raises(UnreadableFileError) as caught:
        kd.scan(source, client=client)
    assert caught.value.code == "fitting.cluster-unreadable"
    assert caught.value.values["file"] == "rows.parquet"
    assert caught.value.values["groups"].isdecimal()
    assert "rows.parquet" in caught.value.text("zh-CN")


def test_another_file_of_that_name_is_told(client, tmp_path):
    path = make_file(tmp_path)
    source = kd.open(path, target="y")
    pd.DataFrame({"a": [1.0], "b": [1.0], "y": [1.0]}).to_parquet(path)
    with pytest.raises(kd.KedouError) as caught:
        kd.scan(source, client=client)
    assert caught.value.code in ("fitting.cluster-other-file", "fitting.cluster-unreadable")


def test_a_bad_cell_is_told_as_in_one_process_and_not_tried_again(client, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("a,g,y\n" + "1,u,2\n" * 50 + "oops,u,3\n")
    with pytest.raises(kd.KedouError) as here:
        kd.scan(path, target="y", features="a")
    watched = Watched(kd.open(path, target="y", features="a"), tmp_path)
    with pytest.raises(kd.KedouError) as there:
        kd.scan(watched, client=client)
    assert (there.value.code, there.value.values) == (here.value.code, here.value.values)


def test_what_workers_find_is_told_here(client, tmp_path):
    for number in range(3):
        rows = [f"{2**53 + 1 + i},g{number},{i}" for i in range(50)]
        (tmp_path / f"{number}.csv").write_text("\n".join(["id,g,y", *rows]) + "\n")
    options = {"target": "y", "categorical": "g"}
    source = kd.open(tmp_path / "*.csv", **options)
    assert kd.scan(source, client=client) == kd.scan(tmp_path / "*.csv", **options)
    assert any("'id'" in note for note in source.notes)
    assert source.found()["levels"] == {"g": ["g0", "g1", "g2"]}


def test_a_checkpoint_goes_on_upon_a_cluster_and_back(client, path, right, tmp_path, monkeypatch):
    monkeypatch.setattr("kedou.fitting.checkpoint.SHARE", 1e9)
    seen = [0]

    def stop(block, folds):
        seen[0] += 1
        if seen[0] > 9:
            raise InterruptedError

    kept = tmp_path / "kept"
    with pytest.raises(InterruptedError):
        kd.scan(path, checkpoint=kept, observe=stop, **OPTIONS)
    heard = []
    watched = Watched(kd.open(path, target="y"), tmp_path)
    again = kd.scan(watched, client=client, checkpoint=kept, folds=2, progress=heard.append)
    assert again == right
    assert heard[0].before > 0
    assert len(trace(tmp_path, "open")) < 2 * GROUPS
    assert kd.scan(path, checkpoint=kept, observe=stop, **OPTIONS) == right


def test_exact_sums_of_a_cluster_are_those_of_one_process(client, tmp_path):
    """Levels that come late, powers in double-double, weights and folds; and a checkpoint."""
    draw, rows = np.random.default_rng(4), 3000
    for number in range(3):
        frame = pd.DataFrame({"a": draw.normal(size=rows) + 1e3, "g": f"g{number}"})
        frame["w"], frame["y"] = draw.integers(0, 4, rows) * 0.3, draw.normal(size=rows)
        frame.to_csv(tmp_path / f"{number}.csv", index=False)
    options = {
        **{"target": "y", "categorical": "g", "weight": "w", "polynomial": {"a": 3}},
        **{"folds": 3, "precision": "exact"},
    }
    files = tmp_path / "*.csv"
    here = kd.scan(files, **options)
    for more in ({}, {"checkpoint": tmp_path / "kept"}, {"checkpoint": tmp_path / "kept"}):
        there = kd.scan(files, client=client, **options, **more)
        assert there == here
        assert there.exact == here.exact
        assert [fold.exact for fold in there.folds] == [fold.exact for fold in here.folds]
    assert len([column for column in here.columns if column.level is not None]) == 3


def test_auto_reads_a_second_time_upon_the_cluster(client, tmp_path):
    x = np.arange(4000) % 100 + 1000.0
    pd.DataFrame({"x": x, "y": x**3}).to_parquet(tmp_path / "t.parquet", row_group_size=1000)
    source = kd.open(tmp_path / "t.parquet", target="y", polynomial={"x": 4})
    here, heard = kd.scan(source, folds=2), []
    there = kd.scan(source, client=client, folds=2, progress=heard.append)
    assert there == here
    assert (there.precision, there.chosen) == ("exact", here.chosen)
    assert [told.rows for told in heard if told.rows == 4000] == [4000, 4000]
    assert [fold.exact for fold in there.folds] == [fold.exact for fold in here.folds]


# Dask collections


def test_dask_arrays(client):
    import dask.array as da

    X = np.random.default_rng(0).normal(size=(9000, 3))
    y, w = X @ [1.0, 2.0, 3.0] + 1, np.arange(9000) % 3
    dX, dy, dw = da.from_array(X, chunks=(1000, 2)), da.from_array(y, 900), da.from_array(w, 1000)
    here = kd.scan(dX, dy, weight=dw, folds=2)
    assert kd.scan(dX, dy, weight=dw, folds=2, client=client) == here
    exact = kd.scan(dX, dy, weight=dw, precision="exact", client=client)
    assert exact.exact == kd.scan(X, y, weight=w, precision="exact").exact
    whole = kd.scan(X, y, weight=w)
    assert (here.count, here.weight_sum) == (whole.count, whole.weight_sum)
    np.testing.assert_allclose(here.scatter, whole.scatter, rtol=1e-12)
    named = kd.scan(dX, dy, features=["a", "b", "c"], polynomial={"b": 2}, client=client)
    assert named.feature_names == ("a", "b", "b^2", "c")
    np.testing.assert_allclose(kd.solve(here).theta, [1, 2, 3, 1], rtol=1e-9)
    chosen = dX[:, 0] > 0  # how many rows there are is not known then
    found = kd.scan(dX[chosen], da.from_array(y, 1000)[chosen])
    assert found.count == (X[:, 0] > 0).sum()


def test_dask_frames(client):
    import dask.dataframe as dd

    frame = pd.DataFrame({"a": np.arange(600.0), "g": ["u", "v", "w"] * 200})
    frame["y"] = frame["a"] * 2 + 1
    frame.loc[7, "a"] = np.nan
    spread = dd.from_pandas(frame, npartitions=6)
    options = {"target": "y", "categorical": "g", "folds": 2}
    for data in (spread, spread[spread["y"] < 500]):  # the second has partitions without rows
        here = kd.scan(data, **options)
        assert kd.scan(data, client=client, **options) == here
        whole = kd.scan(data.compute(), **options)
        assert here.feature_names == whole.feature_names
        assert (here.count, here.skipped) == (whole.count, whole.skipped)
        np.testing.assert_allclose(here.scatter, whole.scatter, rtol=1e-12)


def test_bad_cells_of_dask_frames_are_skipped_where_asked():
    import dask.dataframe as dd

    days = [*(f"2024-01-0{day}" for day in range(1, 9)), "oops", "2024-02-01"]
    frame = dd.from_pandas(pd.DataFrame({"day": days, "y": range(10)}), npartitions=2)
    moments = kd.scan(frame, target="y", dates="day", bad_cells="skip")
    assert (moments.count, dict(moments.skipped)) == (9, {"day": 1})
    with pytest.raises(kd.errors.DataError, match="oops"):
        kd.scan(frame, target="y", dates="day")


def test_dask_collections_that_do_not_fit():
    import dask.array as da
    import dask.dataframe as dd

    X, y = da.ones((6, 2), chunks=3), da.ones(6, chunks=3)
    frame = dd.from_pandas(pd.DataFrame({"a": [1.0], "y": [2.0]}), npartitions=1)
    cases = [
        ("sources.y-needed", {"data": X}),
        ("sources.target-with-arrays", {"data": X, "y": y, "target": "y"}),
        ("sources.dask-arrays", {"data": X, "y": np.ones(6)}),
        ("sources.lengths", {"data": X, "y": da.ones(5)}),
        ("sources.dask-partitions", {"data": X[X[:, 0] > 0], "y": da.ones(6, chunks=2)}),
        ("sources.names-count", {"data": X, "y": y, "features": ["a"]}),
        ("sources.same-names", {"data": X, "y": y, "features": ["a", "y"]}),
        ("sources.X-shape", {"data": da.ones((2, 2, 2)), "y": y}),
        ("sources.vector-shape", {"data": X, "y": X}),
        ("sources.dask-columns", {"data": frame, "y": y}),
        ("sources.target-needed", {"data": frame}),
    ]
    for code, call in cases:
        with pytest.raises(kd.KedouError) as caught:
            kd.open(**call)
        assert caught.value.code == code


# What is refused, and the shape of the tree


def test_what_a_cluster_cannot_do(client, path, monkeypatch):
    with pytest.raises(OptionTypeError) as caught:
        kd.scan(path, target="y", client="tcp://host:8786")
    assert caught.value.code == "fitting.cluster-client"
    for option in ("observe", "so_far"):
        with pytest.raises(OptionError) as caught:
            kd.scan(path, target="y", client=client, **{option: print})
        assert caught.value.code == "fitting.cluster-observe"
    with pytest.raises(OptionError) as caught:
        kd.scan(np.ones((3, 1)), np.ones(3), client=client)
    assert caught.value.code == "fitting.cluster-needs-files"
    monkeypatch.setattr(kd, "__version__", "99.0")
    with pytest.raises(OptionError) as caught:
        kd.scan(path, target="y", client=client)
    assert caught.value.code == "fitting.cluster-version"


def test_no_scheduler_there():
    with pytest.raises(ClusterError) as caught, connected("nonsense://127.0.0.1:1"):
        pass
    assert caught.value.code == "fitting.cluster-unreachable"


def test_the_command_line(client, path, capsys, tmp_path):
    address = client.scheduler.address
    line = ["fit", str(path), "-t", "y", "--quiet", "--lang", "en", "--moments"]
    main([*line, str(tmp_path / "here.json")])
    main([*line, str(tmp_path / "there.json"), "--cluster", address])
    assert (tmp_path / "here.json").read_bytes() == (tmp_path / "there.json").read_bytes()
    refused = ["--loss", "huber"], ["--split-by", "a"], ["--report", "r"], ["--batch-size", "9"]
    for arguments in refused:
        capsys.readouterr()
        assert main([*line[:-1], *arguments, "--cluster", address]) == 2
        assert "--cluster" in capsys.readouterr().err
    assert not Path("r").exists()


def test_the_command_line_reads_exactly_upon_a_cluster(client, path, capsys, tmp_path):
    line = ["fit", str(path), "-t", "y", "--lang", "en", "--precision", "exact", "--json", "-q"]
    found = []
    for more in ([], ["--cluster", client.scheduler.address]):
        main([*line, *more])
        found.append(json.loads(capsys.readouterr().out))
    here, there = found
    assert there["precision"] == "exact"
    assert there["exact"] == here["exact"]
    assert there["hold_out"]["mse"] == here["hold_out"]["mse"]
    assert here["hold_out"]["mae"] is not None
    assert there["hold_out"]["mae"] is None
    assert any("mean absolute error" in note for note in there["notes"])
    assert not any("mean absolute error" in note for note in here["notes"])


def test_stretches_are_subtrees_of_the_tree():
    """Merging subtrees gives the moments that merging one by one gives, whatever their sizes."""
    draw = np.random.default_rng(0)
    leaves = [kd.scan(draw.normal(size=(20, 2)), draw.normal(size=20)) for _ in range(41)]
    for count in (1, 2, 7, 8, 33, 41):
        right = Merger()
        for leaf in leaves[:count]:
            right.add(leaf)
        for most in (1, 2, 8, 64):
            merger = Merger()
            cut = list(subtrees(0, count, most))
            assert [a for a, _ in cut] == [0, *(b for _, b in cut)][:-1]
            pieces = []
            for a, b in cut:
                inner = Merger()
                for leaf in leaves[a:b]:
                    inner.add(leaf)
                pieces.append(Found(a, b, inner.result(), b - a))
                merger.add(inner.result(), b - a)
            assert merger.result() == right.result()
            assert merge(pieces).moments == right.result()
            assert merge(pieces).rows == count
    with pytest.raises(AssertionError):
        merge([Found(0, 2, leaves[0]), Found(3, 4, leaves[1])])
    assert [power_of_two(n) for n in (0.3, 1, 3, 64, 65)] == [1, 1, 2, 64, 64]


def test_tasks_are_large_enough_and_many_enough():
    class Rows:
        def __init__(self, rows):
            self.rows = rows

    def parts(count, rows):
        return [(number, Rows(rows)) for number in range(count)]

    assert task_size(parts(5, 1 << 20), 2) == 1
    assert task_size(parts(10_000, 131_072), 4) == 8
    assert task_size(parts(64, 131_072), 4) == 4
    assert task_size(parts(10_000, None), 4) == 1
    assert task_size(parts(200_000, 131_072), 1024) == 32, "one scheduler serves many"


def test_a_cluster_without_workers_is_told(client, path, monkeypatch):
    monkeypatch.setattr(dask_cluster, "PATIENCE", 0.5)
    monkeypatch.setattr(DaskCluster, "_threads", lambda self: 0)
    folder = Path(path).parent / "patience"
    folder.mkdir()
    (folder / "wait-rows.parquet-0").touch()
    with pytest.raises(ClusterError) as caught:
        kd.scan(Watched(kd.open(path, target="y"), folder), client=client)
    assert caught.value.code == "fitting.cluster-empty"
    for waiting in folder.glob("waiting-*"):
        os.kill(int(waiting.read_text()), 9)

"""What every benchmark prints."""

from benchmarks.report import machine, milliseconds, percentile, table


def test_the_percentile_of_few_is_the_longest() -> None:
    assert percentile([1.0, 2.0, 9.0], 0.99) == 9.0
    assert percentile([float(number) for number in range(1000)], 0.99) == 990.0


def test_times_are_told_as_median_p99_and_longest() -> None:
    assert milliseconds([0.003, 0.001, 0.002]) == ["2.0", "3.0", "3.0"]


def test_versions_and_machine_are_named() -> None:
    told = machine("sqlalchemy")
    assert "rygbot " in told
    assert "sqlalchemy 2" in told
    assert "cores" in told


def test_a_table_lines_its_columns_up() -> None:
    assert table(["a", "b"], [["one", "2"], ["three", "44"]]).splitlines() == [
        "| a     |  b |",
        "| ----- | -: |",
        "| one   |  2 |",
        "| three | 44 |",
    ]

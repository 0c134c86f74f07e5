"""What the benchmarks' reports share: running Google Benchmark programs, tables in Markdown, plots as SVG.

A part of bench/ has a program `run BUILD_DIRECTORY` that prints its section of docs/benchmarks.md, without a heading.
`scripts/bench` puts it between the part's markers there. Plots go to the directory in TT_RUN_PLOTS (docs/plots)."""
import json
import os
import pathlib
import subprocess
import sys

top = pathlib.Path(__file__).resolve().parent.parent
build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else top / "build/release").resolve()
plots = pathlib.Path(os.environ.get("TT_RUN_PLOTS", top / "docs/plots"))


def say_and_stop(kind, error, trace):
    """A part that cannot run says why in a line and returns 1: whoever runs it is not here to read its source."""
    part = pathlib.Path(sys.argv[0]).resolve().parent.name
    if kind is FileNotFoundError:
        print(f"bench/{part}: {error.filename} is not there; `scripts/bench {part}` installs and builds what is needed", file=sys.stderr)
    elif kind is ModuleNotFoundError:
        print(f"bench/{part}: the Python module {error.name} is not there; `scripts/bench {part}` installs and builds what is needed",
              file=sys.stderr)
    elif kind is subprocess.CalledProcessError:
        command = " ".join(str(word) for word in error.cmd)
        print(f"bench/{part}: `{command}` failed with {error.returncode}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = say_and_stop


def google_benchmark(program, repetitions=5):
    """{name: {"median": ns, "least": ns, "most": ns, counter: value}}: processor time of the measuring thread, or, of what works
    on other threads too (UseRealTime), time on the wall."""
    report = json.loads(subprocess.run([build / "bin" / program, f"--benchmark_repetitions={repetitions}", "--benchmark_format=json"],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)
    nanoseconds = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
    found = {}
    for entry in report["benchmarks"]:
        if entry.get("error_occurred"):
            sys.exit(f"{program}: {entry['name']}: {entry['error_message']}")
        if entry["run_type"] == "aggregate" and entry["aggregate_name"] != "median":
            continue
        on_the_wall = entry["run_name"].endswith("/real_time")
        result = found.setdefault(entry["run_name"].removesuffix("/real_time"), {"least": float("inf"), "most": 0.0})
        time = entry["real_time" if on_the_wall else "cpu_time"] * nanoseconds[entry["time_unit"]]
        if entry["run_type"] == "aggregate":
            result["median"] = time
            result.update({key: value for key, value in entry.items() if isinstance(value, float)})
        else:
            result["least"] = min(result["least"], time)
            result["most"] = max(result["most"], time)
    return found


def time_text(nanoseconds):
    """With three digits and the unit that fits: 1.23 ms."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3), ("ns", 1)):
        if nanoseconds >= size or unit == "ns":
            return f"{nanoseconds / size:.3g} {unit}"
    return ""


def spread_text(result):
    return f"{time_text(result['median'])} ({time_text(result['least'])} to {time_text(result['most'])})"


def print_table(header, rows, right=()):
    """`right`: the columns whose cells stand right, from 0."""
    print("| " + " | ".join(header) + " |")
    print("| " + " | ".join("---:" if k in right else "---" for k in range(len(header))) + " |")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print()


def plot_bars(name, title, unit, groups, series, logarithmic=False):
    """Writes NAME.svg and prints its link. `series`: [(label, [a value for each group, or None])]."""
    plots.mkdir(parents=True, exist_ok=True)
    data = "\n".join(" ".join([f'"{group}"'] + [str(values[k]) if values[k] is not None else "NaN"
                                               for _, values in series]) for k, group in enumerate(groups))
    columns = ", ".join(f"$data using {k + 2}:xtic(1) title '{label}'" for k, (label, _) in enumerate(series))
    script = f"""set terminal svg size 760,300 font 'sans-serif,12' background 'white' name '{name.replace('-', '_')}'
set output '{plots / name}.svg'
set title '{title}'
set ylabel '{unit}'
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.8 noborder
set boxwidth 0.9
set grid ytics lc rgb '#dddddd'
set key outside right
set yrange [{'*' if logarithmic else '0'}:*]
{"set logscale y" if logarithmic else ""}
$data << END
{data}
END
plot {columns}
"""
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
    print(f"![{title}](plots/{name}.svg)\n")

#!/usr/bin/python3
"""The shell commands in examples/ci, to run them where there is no such service: steps.py github|gitlab|docker

Prints a script for bash. GitHub's `uses:` steps become comments: what they do, the caller has done before."""
import pathlib
import re
import sys

here = pathlib.Path(__file__).resolve().parent.parent.parent / "examples/ci"


def github():
    import yaml

    flow = yaml.safe_load((here / "github.yml").read_text())
    variables = {name: value for name, value in flow["env"].items() if "${{" not in value}
    for name, value in variables.items():
        yield f"export {name}={value}"
    (job,) = flow["jobs"].values()
    for step in job["steps"]:
        if "uses" in step:
            yield f"# {step['uses']}"
            continue
        command = " ".join(f"{name}={value}" for name, value in step.get("env", {}).items())
        # The cache holds the packages, as it does on every run but the first.
        yield f"# if: {step['if']}" if "cache-hit" in step.get("if", "") else f"{command} sh -e -c {quoted(step['run'])}"


def gitlab():
    import yaml

    (job,) = yaml.safe_load((here / "gitlab.yml").read_text()).values()
    for name, value in job["variables"].items():
        yield f"export {name}={value}"
    for command in job["before_script"] + job["script"]:
        yield f"eval {quoted(command)}"


def docker():
    """The stages' RUN lines; the last stage is the one that is run here, and its first line has the packages of the other."""
    text = re.sub(r"\\\n", " ", (here / "Dockerfile").read_text())
    stages = text.split("\nFROM ")
    for line in stages[-1].splitlines():
        word, _, rest = line.partition(" ")
        if word == "RUN":
            yield rest
        elif word == "WORKDIR":
            yield f"mkdir -p {rest} && cd {rest}"
        elif word == "ENTRYPOINT":
            yield "entry=" + re.findall(r'"(.*?)"', rest)[0]
        elif word == "CMD":
            yield "$entry " + " ".join(re.findall(r'"(.*?)"', rest))


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


print("set -euxo pipefail")
print("\n".join({"github": github, "gitlab": gitlab, "docker": docker}[sys.argv[1]]()))

"""The least that a Python launcher of today's kind does: options, YAML, a checked model, mpiexec."""
import subprocess
import sys

import click
import pydantic
import yaml


class Row(pydantic.BaseModel):
    rank: int
    mesh_id: int


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--rank-binding")
@click.argument("program", nargs=-1)
def main(rank_binding, program):
    with open(rank_binding) as file:
        rows = [Row(**row) for row in yaml.safe_load(file)["rank_bindings"]]
    command = ["mpiexec.hydra"]
    for row in rows:
        command += [":"] * (row.rank != 0) + ["-n", "1", "-env", "TT_MESH_ID", str(row.mesh_id), *program]
    sys.exit(subprocess.run(command).returncode)


main()

"""The minimal script a Brightway user would write: load one demand and the background, solve, print the score."""

import json
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import bw2calc as bc  # noqa: E402
import bw_processing as bwp  # noqa: E402
from fsspec.implementations.zip import ZipFileSystem  # noqa: E402

folder = Path(sys.argv[1])
demand = {int(k): v for k, v in json.loads((folder / "demand.json").read_text()).items()}
lca = bc.LCA(demand=demand, data_objs=[bwp.load_datapackage(ZipFileSystem(folder / "background.zip"))])
lca.lci()
lca.lcia()
print(lca.score)

"""Print what TensorBoard reads in a folder of summaries, a line of JSON a run and tag: summaries.py FOLDER"""

import json
import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

for run in sorted(Path(sys.argv[1]).iterdir()):
    events = EventAccumulator(str(run))
    events.Reload()
    for tag in sorted(events.Tags()["scalars"]):
        scalars = events.Scalars(tag)
        steps = [[scalar.step, scalar.value] for scalar in scalars]
        print(json.dumps({"run": run.name, "tag": tag, "steps": steps}))

"""Runs the program in Python that a page beside an export shows, in the export's folder.

    python page.py FOLDER PAGE

Prints a line of JSON: its scores [categories], and whether it takes the picture for one unlike anything learnt.
"""

import json
import os
import re
import sys

folder, page = sys.argv[1:]
os.chdir(folder)
with open(page, encoding="utf-8") as file:
    blocks = re.findall(r"^```python\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
names = {}
exec("".join(blocks), names)
print(json.dumps({"scores": names["scores"][0].tolist(), "noneOfThese": bool(names["none_of_these"][0])}))

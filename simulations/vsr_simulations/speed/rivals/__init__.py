"""Other simulators doing the task, each a program that imports nothing of VSR: another environment may run it.

`python -m rivals.NAME FOLDER` in the folder above this one prints a JSON object: `{"rounds": [seconds], "threads"}`,
without what comes before the first round, which is not counted, and leaves the common model in FOLDER/NAME.npz.
"""

"""Other simulators doing the task, each a program that imports nothing of VSR: another environment may run it.

`python -m vsr_simulations.speed.rivals.NAME FOLDER`, in the folder that holds `vsr_simulations`, prints a JSON object:
`{"rounds": [seconds], "processor": [seconds], "threads"}`, a number a round, processor time being that of all its
processes. What comes before the first round is not in it. The common model is left in FOLDER/NAME.npz.
"""

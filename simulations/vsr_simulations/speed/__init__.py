"""Client-rounds a second beside other simulators, in one run on one machine, in turns.

`task` is what everybody does, put into a folder; `ours` and each program in `rivals` do it in processes of their own.
"""

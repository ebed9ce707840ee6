"""The commands of `vsr-server`, a file each; `cli.py` registers them."""

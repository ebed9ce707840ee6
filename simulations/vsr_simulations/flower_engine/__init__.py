"""The second engine: the same people, methods and server by Flower's simulation runtime on Ray, for several machines.

A real ServerApp drives the rounds of `engine.rounds`; a real ClientApp trains one person a message by `engine.
people_training`. Only where a cohort is trained differs from the first engine, so that the same seed gives the same
numbers within the noise of floating point. `runtime.run_on_flower` starts and ends it all.
"""

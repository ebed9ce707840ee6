"""The public port: enrolment, the common model, and the machines' way to the SuperLink; nothing else."""

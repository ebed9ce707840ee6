"""Background work: a supervisor in the app, and a process for each job that the person can watch and cancel."""

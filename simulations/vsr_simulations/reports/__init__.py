"""What studies found, for people to read and for programs: intervals, pictures, tables, one page that needs nothing."""

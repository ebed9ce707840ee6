"""Looking back over days and weeks: what VSR heard, how sure one can be of it, reports and exports. Pure."""

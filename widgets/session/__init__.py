"""Behind the page: runs, work done ahead of time, the catalogue and the workers."""

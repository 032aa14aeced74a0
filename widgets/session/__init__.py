"""What goes on behind the page: runs, work done ahead, the catalogue and the workers."""

"""Where blocks are kept and worked on: in this process, in files, or on dask workers."""

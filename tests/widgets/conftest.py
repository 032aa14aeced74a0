"""bqplot's scales warn while they are imported; this file imports them first, so that nothing else has to."""

import warnings

with warnings.catch_warnings():
    # bqscales 0.3 sets trait metadata in a way that traitlets 4.1 deprecated: not ours, and it works.
    warnings.filterwarnings("ignore", "metadata .* was set from the constructor", DeprecationWarning)
    import bqplot  # noqa: F401

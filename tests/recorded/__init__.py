"""What the code gave on every real scene and on the demo, as hashes, so that a redesign can be compared.

``cases.py`` says which requests are made, ``fingerprint.py`` what is hashed of an analysis, ``recorded.json``
holds the hashes, ``tests/pipeline/test_unchanged.py`` compares. Only hashes of our own output are stored.

When a result changes on purpose, renew its part, and that part only, in the same commit::

    python -m tests.recorded --only names colors    # these parts of every analysis
    python -m tests.recorded                        # everything
    python -m tests.recorded --dry-run              # nothing is written, what differs is printed

It needs the real scenes in ``../shared/sentinel2``.
"""

"""A corpus of articles, kept built: what changed is read again, and every file is patched or written whole.

``parts`` keeps what was read from each file, ``work`` reads files in this process or in many, ``kg.sorted_file``
sorts, merges and patches files that memory need not hold, and ``publish`` puts a build in its place.
"""

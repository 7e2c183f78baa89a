"""The questions: conditions, what to ask next, what to recommend; the walk of every path and its proofs.

Pure Python: no Django, no database, no clock. It may import the records of ``services``, nothing else of ours.
"""

"""What many articles say together: copies of one text, one thing under many names, numbers that agree or conflict.

Each article leaves *traces* (``traces``): lines under keys, that depend on this article alone. What is derived
from all articles (``figures``, ``copies``) is a function of the lines under one key, or of one family of
copies, so that a change of a few articles is worked out from the few keys that it touches.
"""

"""From the rules that match a sentence to its claims, in layers: each uses only what stands before it.

``told`` keeps the claims so far, ``words`` reads a match, ``earlier`` looks at values claimed before, ``bearing`` at
what a phrase is attached to, ``things`` finds subjects and objects, ``owners``
judges whether these may own a number, ``values`` fills number and period, ``turns`` pairs lists with numbers,
``sentence`` applies the rules.
"""

from kg.matching.sentence import CONFIDENCE as CONFIDENCE
from kg.matching.sentence import SentenceMatcher as SentenceMatcher
from kg.matching.told import Told as Told
from kg.matching.words import Refusal as Refusal
from kg.matching.words import clean_words as clean_words

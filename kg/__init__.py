"""Press articles about regional development as a knowledge graph checked against their own words."""

__version__ = "0.1.0"

"""SQL: a segment as one question to a database, with every value bound. An extra, ``sql``."""

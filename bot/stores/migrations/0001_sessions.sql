-- A session row can be found and read only with the visitor's own address and a living epoch key.
CREATE TABLE sessions (
    slot   BLOB PRIMARY KEY,
    epoch  INTEGER NOT NULL,
    sealed BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    count INTEGER NOT NULL
) WITHOUT ROWID;

-- The queue. In clear stand only what routing needs and whole hours; what is told is sealed.
-- Random keys and WITHOUT ROWID: the order of rows says nothing about the order of arrival.
CREATE TABLE cases (
    id            BLOB PRIMARY KEY,
    state         TEXT NOT NULL,
    urgency       INTEGER NOT NULL,
    language      TEXT NOT NULL,
    hour          INTEGER NOT NULL,
    wants_woman   INTEGER NOT NULL,
    child_trained INTEGER NOT NULL,
    owner         TEXT NOT NULL DEFAULT '',
    lease         INTEGER NOT NULL DEFAULT 0,
    entries       INTEGER NOT NULL DEFAULT 1,
    news          INTEGER NOT NULL DEFAULT 0,
    closing       TEXT NOT NULL DEFAULT '',
    done_hour     INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX cases_queue ON cases (state, urgency, hour);
CREATE INDEX cases_lease ON cases (lease) WHERE lease > 0;

-- Number 0 is the report; what the person added with the code follows.
CREATE TABLE entries (
    case_id BLOB NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    number  INTEGER NOT NULL,
    hour    INTEGER NOT NULL,
    sealed  BLOB NOT NULL,
    PRIMARY KEY (case_id, number)
) WITHOUT ROWID;

-- A clock exists only while nobody owns the case.
CREATE TABLE clocks (
    case_id BLOB PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
    rung    INTEGER NOT NULL,
    due     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX clocks_due ON clocks (due);

CREATE TABLE mailboxes (
    tag       BLOB PRIMARY KEY,
    case_id   BLOB NOT NULL UNIQUE REFERENCES cases (id) ON DELETE CASCADE,
    recipient BLOB NOT NULL
) WITHOUT ROWID;
-- A receipt code under an epoch key, until its mailbox is derived.
CREATE TABLE staged_codes (
    case_id BLOB PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
    code    BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE letters (
    case_id BLOB NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    number  INTEGER NOT NULL,
    state   TEXT NOT NULL,
    safe    INTEGER NOT NULL,
    hour    INTEGER NOT NULL,
    sealed  BLOB NOT NULL,
    PRIMARY KEY (case_id, number)
) WITHOUT ROWID;

-- Who did what to which case in which hour; each hash covers the one before it.
CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY,
    hour    INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    act     TEXT NOT NULL,
    case_id BLOB NOT NULL,
    hash    BLOB NOT NULL
);
CREATE TABLE rosters (
    version INTEGER PRIMARY KEY,
    file    BLOB NOT NULL
);

-- The console: what staff write to a case, who they are, and what is counted.
-- `sealed_for` is the roster version whose keys a part was last sealed to (0: not known);
-- `origin` the SHA-256 of the file as first stored, once it was sealed again.
ALTER TABLE entries ADD COLUMN sealed_for INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN origin BLOB NOT NULL DEFAULT x'';
CREATE INDEX entries_sealed_for ON entries (sealed_for);

-- The words of these conditions are repeated in the queries, or the index would not be used.
CREATE INDEX cases_waiting ON cases (urgency, hour, id)
    WHERE state IN ('new', 'returned', 'reopened', 'escalated');
CREATE INDEX cases_owned ON cases (owner, urgency, hour, id)
    WHERE state IN ('claimed', 'in_contact', 'referred');
CREATE INDEX cases_done ON cases (done_hour DESC, id)
    WHERE state IN ('closed', 'duplicate', 'withdrawn');

CREATE INDEX audit_case ON audit (case_id, seq);

CREATE TABLE notes (
    case_id    BLOB NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    hour       INTEGER NOT NULL,
    author     TEXT NOT NULL,
    sealed_for INTEGER NOT NULL,
    sealed     BLOB NOT NULL,
    PRIMARY KEY (case_id, number)
) WITHOUT ROWID;
CREATE INDEX notes_sealed_for ON notes (sealed_for);

-- A wish to lower an urgency that waits for a second person.
CREATE TABLE lowerings (
    case_id BLOB PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
    level   INTEGER NOT NULL,
    by      TEXT NOT NULL,
    hour    INTEGER NOT NULL
) WITHOUT ROWID;

-- What a thief of this file could try: passwords are not here, `auth` is the hash of a secret
-- that a slow derivation in the browser makes of a passphrase.
CREATE TABLE accounts (
    handle        TEXT PRIMARY KEY,
    role          TEXT NOT NULL,
    language      TEXT NOT NULL,
    recipient     TEXT NOT NULL,
    verify        TEXT NOT NULL,
    salt          BLOB NOT NULL,
    auth          BLOB NOT NULL,
    recovery_auth BLOB NOT NULL,
    totp          BLOB NOT NULL,
    totp_step     INTEGER NOT NULL DEFAULT 0,
    hour          INTEGER NOT NULL,
    revoked       INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE key_slots (
    handle  TEXT NOT NULL REFERENCES accounts (handle) ON DELETE CASCADE,
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    params  TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (handle, kind, id)
) WITHOUT ROWID;
CREATE TABLE passkeys (
    credential_id BLOB PRIMARY KEY,
    handle        TEXT NOT NULL REFERENCES accounts (handle) ON DELETE CASCADE,
    public_key    BLOB NOT NULL,
    sign_count    INTEGER NOT NULL,
    label         TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX passkeys_handle ON passkeys (handle);
CREATE TABLE invitations (
    token_hash BLOB PRIMARY KEY,
    handle     TEXT NOT NULL,
    role       TEXT NOT NULL,
    language   TEXT NOT NULL,
    expires    INTEGER NOT NULL,
    used       INTEGER NOT NULL DEFAULT 0,
    by         TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE console_sessions (
    hash       BLOB PRIMARY KEY,
    handle     TEXT NOT NULL REFERENCES accounts (handle) ON DELETE CASCADE,
    csrf       TEXT NOT NULL,
    expires    INTEGER NOT NULL,
    idle_until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX console_sessions_handle ON console_sessions (handle);
-- Browsers that signed in before: a stranger's wrong tries slow down only strangers.
CREATE TABLE devices (
    hash   BLOB PRIMARY KEY,
    handle TEXT NOT NULL REFERENCES accounts (handle) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX devices_handle ON devices (handle);
CREATE TABLE pushes (
    endpoint TEXT PRIMARY KEY,
    handle   TEXT NOT NULL REFERENCES accounts (handle) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX pushes_handle ON pushes (handle);

-- The audit chain's last entry of a day, signed: a cut-off end shows against it.
CREATE TABLE heads (
    day       INTEGER PRIMARY KEY,
    seq       INTEGER NOT NULL,
    hash      BLOB NOT NULL,
    signature BLOB NOT NULL
);
-- Counts, never rows: what was told cannot be put together again from them.
CREATE TABLE tallies (
    period TEXT NOT NULL,
    name   TEXT NOT NULL,
    row    TEXT NOT NULL,
    col    TEXT NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (period, name, row, col)
) WITHOUT ROWID;

// What this browser remembers about the organisation: public keys and hashes, nothing of a case.

const NAME = "sanad.pins";

/** `{admins: [hex], roster: {version, hash} | null, audit: {seq, hash} | null}`, or null. */
export function pinned() {
  try {
    return JSON.parse(localStorage.getItem(NAME));
  } catch {
    return null;
  }
}

/** Remember some of it; the rest stays. */
export function pin(part) {
  localStorage.setItem(NAME, JSON.stringify({ admins: [], roster: null, audit: null, ...pinned(), ...part }));
}

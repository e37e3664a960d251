// The record of acts as this browser remembers it: a cut-off or rewritten past is told at once.
import { ask } from "./ask.js";
import { pin, pinned } from "./pins.js";
import { fromHex, hex } from "./sealing/bytes.js";

const START = { seq: 0, hash: "00".repeat(32) };
const MOST_PAGES = 200;
const quiet = { background: true };

/**
 * Compare what is remembered with what the server says now: "holds" or "altered". What is
 * remembered is only ever replaced by what the server says continues it; `walk` checks that.
 */
export async function compare() {
  const known = pinned()?.audit ?? START;
  const head = await ask("GET", `/console/api/audit/head?pinned=${known.seq}`, undefined, quiet);
  if (known.seq && (head.seq < known.seq || head.pinned !== known.hash)) {
    return { state: "altered", known };
  }
  if (head.seq) pin({ audit: { ...pinned()?.audit, seq: head.seq, hash: head.hash } });
  return { state: "holds", known };
}

/**
 * Remember the record as the server has it now, after somebody vouched for it by voice (a backup
 * was put back). It is written down that this browser did.
 */
export async function accept() {
  await ask("POST", "/console/api/audit/accept", {});
  pin({ audit: null });
  return compare();
}

/** Show the way back where the record is not the remembered one; `place` holds a button. */
export async function offerAcceptance(place) {
  const { state } = await compare().catch(() => ({ state: "unknown" }));
  place.hidden = state !== "altered";
  place.querySelector("button").addEventListener("click", async () => {
    await accept();
    location.reload();
  }, { once: true });
}

/**
 * Go through every entry that this browser has not gone through yet: each hash must follow from
 * the one before, and what was remembered must lie on the way. Answers `{ok, from, to}`; where it
 * is not ok, `to` is the entry that does not follow.
 */
export async function walk() {
  const { audit } = pinned() ?? {};
  let { seq, hash } = audit?.walked ?? START;
  const from = seq + 1;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const entries = await ask("GET", `/console/api/audit?after=${seq}`, undefined, quiet);
    for (const entry of entries) {
      const follows = entry.seq === seq + 1 && entry.hash === (await link(hash, entry));
      if (!follows || (entry.seq === audit?.seq && entry.hash !== audit.hash)) {
        return { ok: false, from, to: seq + 1 };
      }
      ({ seq, hash } = entry);
    }
    if (!entries.length) break;
  }
  if (seq) pin({ audit: { ...pinned()?.audit, walked: { seq, hash } } });
  return { ok: true, from, to: seq };
}

/** The hash of an entry, as bot/domain/audit.py makes it. */
async function link(previous, { seq, hour, actor, act, case: number }) {
  const words = [actor, act, number].map((word) => JSON.stringify(word)).join(", ");
  const text = new TextEncoder().encode(`[${seq}, ${hour}, ${words}]`);
  const bytes = new Uint8Array([1, ...fromHex(previous), ...text]);
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

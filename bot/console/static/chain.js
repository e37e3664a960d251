// The record of acts as this browser remembers it: a cut-off or rewritten past is told at once.
import { ask } from "./ask.js";
import { pin, pinned } from "./pins.js";
import { hex, fromHex } from "./sealing/bytes.js";

const FIRST = "00".repeat(32);
const MOST_PAGES = 200;

/**
 * Compare what is remembered with what the server says now: "first", "holds" or "altered". What is
 * remembered is only ever replaced by something that continues it.
 */
export async function compare() {
  const known = pinned()?.audit ?? null;
  const head = await ask("GET", `/console/api/audit/head?pinned=${known?.seq ?? 0}`, undefined,
    { background: true });
  if (known && (head.seq < known.seq || head.pinned !== known.hash)) return { state: "altered", known };
  if (head.seq) pin({ audit: { seq: head.seq, hash: head.hash } });
  return { state: known ? "holds" : "first", known, head };
}

/**
 * Go through every entry after what is remembered: each hash must follow from the one before.
 * Answers `{ok, from, to}`; `to` is the entry that does not follow where it is not ok.
 */
export async function walk(known) {
  let { seq, hash } = known ?? { seq: 0, hash: FIRST };
  const from = seq + 1;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const entries = await ask("GET", `/console/api/audit?after=${seq}`, undefined, { background: true });
    for (const entry of entries) {
      if (entry.seq !== seq + 1 || entry.hash !== (await link(hash, entry))) {
        return { ok: false, from, to: seq + 1 };
      }
      ({ seq, hash } = entry);
    }
    if (!entries.length) break;
  }
  return { ok: true, from, to: seq, hash };
}

/** The hash of an entry, as bot/domain/audit.py makes it. */
async function link(previous, { seq, hour, actor, act, case: number }) {
  const body = `[${seq}, ${hour}, ${JSON.stringify(actor)}, ${JSON.stringify(act)}, ${JSON.stringify(number)}]`;
  const text = new TextEncoder().encode(body);
  const bytes = new Uint8Array([1, ...fromHex(previous), ...text]);
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

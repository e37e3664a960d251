// Seals open cases anew when whom they are sealed for has changed: in the background, a few at a
// time. Nothing opened leaves the vault's thread.
import { ask } from "./ask.js";
import { renewed, sealingTo } from "./rosters.js";
import { vault } from "./vault.js";
import { words } from "./words.js";

const PAUSE = 2_000;
const LATER = 20_000;

/** Work until `signal` aborts, and say on `line` how much is left. */
export async function resealInBackground(line, signal) {
  let skip = 0;
  while (!signal.aborted) {
    const found = vault.state() === "open" ? await batch(skip).catch(() => null) : null;
    const left = found?.left ?? 0;
    // What this browser cannot open must not keep what it can from its turn.
    skip = left ? skip + found.failed : 0;
    line.hidden = !left;
    if (left) line.textContent = words("resealing", { n: left });
    await rest(left ? PAUSE : LATER, signal);
  }
  line.hidden = true;
}

/** Seal one batch anew, behind the first `skip` parts: how many are left behind it, how many failed. */
async function batch(skip) {
  const { items, left, roster } = await ask("GET", `/console/api/reseal?skip=${skip}`, undefined, { background: true });
  // Also without work: whoever stays on one page for hours seals to whom the newest roster says.
  await renewed(roster);
  if (!items.length) return null;
  const { version, recipients } = await sealingTo();
  const { handle } = vault.identity;
  const done = [];
  for (const item of items) {
    const sealed = await sealedAnew(item, { by: handle, roster: version, recipients }).catch(() => null);
    if (sealed) done.push({ case: item.case, part: item.part, number: item.number, before: item.digest, sealed });
  }
  const taken = done.length ? await put(version, done) : 0;
  return { left: Math.max(0, left - skip - items.length), failed: items.length - taken };
}

async function put(roster, parts) {
  const { taken } = await ask("POST", "/console/api/reseal", { roster, parts }, { background: true });
  return taken;
}

function sealedAnew(item, target) {
  const { case: hex, kind, number, anchor, sealed_for: sealedFor, origin } = item;
  // An addition's place may be one lower than its number, where two crossed (bot.usecases.open_case).
  const seq = kind === "addition" ? Array.from({ length: number }, (_, each) => each) : [number];
  const expected = { kind, case: hex, seq, prev: kind === "report" ? "" : anchor, origin, sealedFor };
  return vault.reseal({ sealed: item.sealed, expected, origin: origin || item.digest, ...target });
}

const rest = (milliseconds, signal) => new Promise((resolve) => {
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  vault.addEventListener("unlocked", () => (clearTimeout(timer), resolve()), { once: true, signal });
});

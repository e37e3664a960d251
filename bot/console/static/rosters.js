// The rosters this browser trusts: fetched, judged against its pins, given to the vault.
import { ask } from "./ask.js";
import { pin, pinned } from "./pins.js";
import { judge, readers } from "./sealing/roster.js";
import { vault } from "./vault.js";

let trusted = null;
// The keys are gone with the window's lock; whom they may seal to is asked anew.
vault.addEventListener("locked", () => { trusted = null; });

/**
 * `{rosters, newest, first}`: rosters by version, the newest version, and whether this browser saw
 * the organisation's keys for the first time. Throws an Error with `code` "no_roster", "unsigned",
 * "rolled_back" or "altered": then nothing may be opened or sealed.
 */
export async function trustedRosters({ fresh = false } = {}) {
  if (trusted && !fresh) return trusted;
  const sent = await everyRoster();
  const pins = pinned();
  const known = pins?.admins?.length ? pins : { ...pins, admins: sent.admins };
  try {
    const judged = judge(sent.rosters, known);
    pin({ admins: judged.pins.admins, roster: judged.pins.roster });
    const all = Object.entries(judged.rosters).map(([version, roster]) => [version, readers(roster)]);
    await vault.useRosters(Object.fromEntries(all));
    trusted = { rosters: judged.rosters, newest: judged.newest, first: known !== pins };
    return trusted;
  } catch (error) {
    trusted = null;
    throw Object.assign(error, { code: error.message });
  }
}

/** Every version there is: the server sends so many at a time. */
async function everyRoster() {
  const rosters = [];
  for (let after = 0; ;) {
    const { admins, rosters: some, newest, last } = await ask("GET", `/console/api/rosters?after=${after}`);
    rosters.push(...some);
    // Also the end where a server that lies says neither: what it sent is judged all the same.
    if (!(last > after && last < newest)) return { admins, rosters };
    after = last;
  }
}

/** True once in a browser that had never seen the organisation's keys, and took them as they came. */
export function firstSight() {
  const first = trusted?.first ?? false;
  if (trusted) trusted.first = false;
  return first;
}

/** Whether a newer roster than the one held here is in force; then it is fetched and judged. */
export async function renewed(version) {
  const { newest } = await trustedRosters();
  return version > newest && (await trustedRosters({ fresh: true })).newest > newest;
}

/** Whom the newest roster seals to: `{version, recipients}`. */
export async function sealingTo() {
  const { rosters, newest } = await trustedRosters();
  const { version, recipients } = readers(rosters[newest]);
  return { version, recipients };
}

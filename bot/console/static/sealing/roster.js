// The signed roster: accepted only if a pinned administrator signed it and it is no step back.
// The twin of bot/usecases/trust_roster.py.
import { sha256 } from "../vendor/age.js";
import * as canonical from "./canonical.js";
import { hex } from "./bytes.js";
import { fingerprintOf, verify } from "./keys.js";

export const ROSTER = "sanad roster/1\n";
const OPENERS = ["caseworker", "supervisor"];

/** The roster of a signed file (`{roster, signature}`), or null if no key of `admins` signed it. */
export function signedRoster(file, admins) {
  try {
    const { roster, signature } = JSON.parse(file);
    const message = canonical.dump(roster);
    const held = roster.schema === "roster/1" && Number.isSafeInteger(roster.version) &&
      admins.some((admin) => verify(admin, ROSTER, message, signature));
    return held ? roster : null;
  } catch {
    return null;
  }
}

/** The keys of the administrators whom a signed roster names: whoever signed it vouches for them. */
const vouched = (roster) => (roster.members ?? [])
  .filter(({ role, verify: key }) => role === "admin" && key)
  .map(({ verify: key }) => key);

/** The same keys stand in roster after roster: each is taken apart once. */
const fingerprints = new Map();

function known(recipient) {
  if (!fingerprints.has(recipient)) fingerprints.set(recipient, fingerprintOf(recipient));
  return fingerprints.get(recipient);
}

/** What openers and sealers need of a roster. */
export function readers(roster) {
  const keys = (roster.members ?? [])
    .filter((member) => OPENERS.includes(member.role))
    .map((member) => member.recipient);
  const recipients = [...new Set(roster.break_glass ? [...keys, roster.break_glass] : keys)];
  const signers = (roster.members ?? []).filter((member) => member.verify);
  return {
    version: roster.version,
    recipients,
    fingerprints: recipients.map(known),
    verify: Object.fromEntries(signers.map((member) => [member.handle, member.verify])),
  };
}

export const rosterHash = (roster) => hex(sha256(canonical.dump(roster)));

/**
 * Judge what the server sent against what this browser has pinned.
 * `files` are signed files by version, `pins` {admins, roster: {version, hash}} or null.
 * Answers {rosters: version → roster, newest, pins}; throws an Error whose message is a code:
 * "no_roster", "unsigned", "rolled_back", "altered".
 */
export function judge(files, pins) {
  const rosters = {};
  const admins = new Set(pins.admins);
  // Who stood in a roster as administrator and stands in the next no more signs none after that.
  let named = [];
  const left = new Set();
  for (const { version, file } of [...files].sort((one, other) => one.version - other.version)) {
    const roster = signedRoster(file, [...admins].filter((key) => !left.has(key)));
    if (!roster || roster.version !== version) throw new Error("unsigned");
    rosters[version] = roster;
    for (const key of named) left.add(key);
    named = vouched(roster);
    for (const key of named) {
      admins.add(key);
      left.delete(key);
    }
  }
  const versions = Object.keys(rosters).map(Number);
  const pinned = pins.roster;
  if (!versions.length) throw new Error(pinned ? "rolled_back" : "no_roster");
  const newest = Math.max(...versions);
  if (pinned && newest < pinned.version) throw new Error("rolled_back");
  const same = pinned && rosters[pinned.version];
  if (pinned && !(same && rosterHash(same) === pinned.hash)) throw new Error("altered");
  return {
    rosters,
    newest,
    pins: { ...pins, admins: [...admins], roster: { version: newest, hash: rosterHash(rosters[newest]) } },
  };
}

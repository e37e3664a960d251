// Cases, notes and letters: sealed for the roster or a mailbox, opened only if they are what was
// asked for. The twin of bot/sealing/opening.py and mailbox.py.
import { sha256 } from "../vendor/age.js";
import * as agefile from "./agefile.js";
import * as canonical from "./canonical.js";
import { hex } from "./bytes.js";
import { decode, encode } from "./document.js";
import { fingerprintOf, sign, verify } from "./keys.js";

export const NOTE = "sanad note/1\n";
export const RESEAL = "sanad reseal/1\n";

/** Why a file was refused; `code` is a key of the page's sentences. */
export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export const digest = (sealed) => hex(sha256(sealed));

/**
 * The document of a sealed file, if it is the one asked for and sealed to exactly its roster.
 * `expected`: {kind, case, seq: [numbers allowed], prev, origin} and
 * `rosters`: version → {fingerprints, verify: handle → hex key}.
 */
export async function openCase(sealed, seeds, expected, rosters, place) {
  const { plaintext, readers } = await opened(sealed, seeds, place);
  const document = decoded(plaintext);
  const { header } = document;
  const bound = header.kind === expected.kind && header.case === expected.case &&
    expected.seq.includes(header.seq) && header.prev === expected.prev;
  if (!bound) throw new Refused("elsewhere");
  const roster = rosters[header.roster];
  if (!roster) throw new Refused("unknown_roster");
  const named = [...header.rcpt].sort().join();
  if (named !== [...roster.fingerprints].sort().join() || readers !== roster.fingerprints.length) {
    throw new Refused("other_readers");
  }
  checkResealed(document, roster, expected.origin ?? "");
  if (header.kind === "note") checkSignature(document, rosters);
  return document;
}

/** A signed note of a case, sealed for everybody of a roster; `body.by` is its author's handle. */
export async function sealNote(header, body, recipients, signing) {
  const full = { v: 1, ...header, kind: "note", rcpt: recipients.map(fingerprintOf) };
  const signature = sign(signing, NOTE, canonical.dump({ ...body, ...full }));
  return agefile.seal(encode(full, { ...body, sig: signature }), recipients);
}

/** Any bytes as an age file for these recipients. */
export const sealFile = (content, recipients) => agefile.seal(content, recipients);

/** A letter that only the code's owner opens. */
export async function sealLetter(header, body, mailbox) {
  const full = { ...header, kind: "letter", prev: "", roster: 0, rcpt: [fingerprintOf(mailbox)] };
  return agefile.seal(encode(full, body), [mailbox]);
}

/**
 * An opened document sealed anew for a roster: the header but for its readers and the body stay.
 * `by` and `signing` are the re-sealer's, `origin` the digest of the file as first stored,
 * `roster` the version it is sealed under now.
 */
export async function reseal(document, { by, signing, origin, roster, recipients }) {
  const { resealed: before, ...body } = document.body;
  const header = { ...document.header, roster, rcpt: recipients.map(fingerprintOf) };
  // What the author signed named the first roster; without its number nobody could check it.
  const first = before?.first ?? document.header.roster;
  const resealed = { by, roster, origin: before?.origin ?? origin, first };
  const signature = sign(signing, RESEAL, canonical.dump({ ...body, ...header, resealed }));
  return agefile.seal(encode(header, { ...body, resealed: { ...resealed, sig: signature } }), recipients);
}

async function opened(sealed, seeds, place) {
  try {
    return await agefile.open(sealed, seeds, place);
  } catch (error) {
    throw new Refused(/no identity matched/.test(error.message) ? "not_for_you" : "damaged");
  }
}

function decoded(plaintext) {
  try {
    return decode(plaintext);
  } catch {
    throw new Refused("damaged");
  }
}

function checkResealed({ header, body, value }, roster, origin) {
  const mark = body.resealed;
  if (!mark) {
    if (origin) throw new Refused("elsewhere");
    return;
  }
  const { sig, ...unsigned } = mark;
  const key = Object.hasOwn(roster.verify, mark.by) ? roster.verify[mark.by] : "";
  const message = canonical.dump({ ...value, resealed: unsigned });
  const holds = mark.roster === header.roster && (!origin || mark.origin === origin) &&
    verify(key, RESEAL, message, sig);
  if (!holds) throw new Refused("forged");
}

/** A note's author signed it under the roster of its first sealing. */
function checkSignature({ header, value }, rosters) {
  const { sig, resealed, ...unsigned } = value;
  const first = rosters[resealed?.first ?? header.roster];
  if (!first) throw new Refused("unknown_roster");
  const before = { ...unsigned, roster: resealed?.first ?? header.roster };
  if (resealed) before.rcpt = [...first.fingerprints];
  const key = Object.hasOwn(first.verify, value.by) ? first.verify[value.by] : "";
  if (!verify(key, NOTE, canonical.dump(before), sig)) throw new Refused("forged");
}

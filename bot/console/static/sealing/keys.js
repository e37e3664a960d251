// Keys as text and bytes, fingerprints, signatures: the twin of bot/sealing/keys.py.
import { bech32, ed25519, identityToRecipient, sha256 } from "../vendor/age.js";
import { concat, fromHex, hex, utf8 } from "./bytes.js";

const RECIPIENT = "age1pq";
const IDENTITY = "AGE-SECRET-KEY-PQ-";
const SIGNING = "SANAD-SIGNING-KEY-";
const PUBLIC_SIZE = 1216;
const SEED_SIZE = 32;
const FINGERPRINT_SIZE = 10;

/** The 1,216 bytes of an `age1pq1…` text; throws for every other key. */
export function recipientBytes(recipient) {
  const { prefix, words } = bech32.decode(recipient, false);
  const bytes = bech32.fromWords(words);
  if (!recipient.startsWith(`${RECIPIENT}1`) || prefix !== RECIPIENT || bytes.length !== PUBLIC_SIZE) {
    throw new Error("this is no post-quantum recipient");
  }
  return bytes;
}

/** The `age1pq1…` text of 1,216 bytes. */
export const recipientText = (bytes) => bech32.encode(RECIPIENT, bech32.toWords(bytes), false);

export const recipientOf = (seed) => identityToRecipient(identityText(seed));

export const identityText = (seed) => bech32.encodeFromBytes(IDENTITY, seed).toUpperCase();

/** Five groups of four hex digits, the start of the key's SHA-256. */
export function fingerprint(bytes) {
  return hex(sha256(bytes).subarray(0, FINGERPRINT_SIZE)).match(/.{4}/g).join("-");
}

/** The fingerprint of an `age1pq1…` text. */
export const fingerprintOf = (recipient) => fingerprint(recipientBytes(recipient));

/** The 32-byte seeds of an identity file's text: `{seeds, signing}`, signing empty if absent. */
export function parseIdentity(content) {
  const seeds = [];
  let signing = new Uint8Array();
  for (const line of content.split(/\r?\n/).map((each) => each.trim())) {
    if (line.startsWith(`# ${SIGNING}1`)) signing = secret(line.slice(2), SIGNING);
    else if (line && !line.startsWith("#")) seeds.push(secret(line, IDENTITY));
  }
  if (!seeds.length) throw new Error("the file holds no keys");
  return { seeds, signing };
}

export const verifyKey = (signing) => hex(ed25519.getPublicKey(signing));

/** Hex signature over what it is for and the message, so that it is good for nothing else. */
export const sign = (signing, purpose, message) =>
  hex(ed25519.sign(concat(utf8(purpose), message), signing));

export function verify(key, purpose, message, signature) {
  try {
    return ed25519.verify(fromHex(signature), concat(utf8(purpose), message), fromHex(key));
  } catch {
    return false;
  }
}

function secret(line, prefix) {
  const { prefix: found, bytes } = bech32.decodeToBytes(line);
  if (found.toUpperCase() !== prefix || line !== line.toUpperCase() || bytes.length !== SEED_SIZE) {
    throw new Error("a private key cannot be read");
  }
  return bytes;
}

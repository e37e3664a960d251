// A fingerprint for ears: six places in lists of 256 words, over both public keys of a person.
// The twin of bot/sealing/spoken.py.
import { sha256 } from "../vendor/age.js";
import { concat, fromHex, utf8 } from "./bytes.js";
import { recipientBytes } from "./keys.js";

const PURPOSE = "sanad words/1\n";
const ROUNDS = 16384;
const PLACES = 6;

/** Which words of the list are read aloud for an `age1pq1…` text and a verify key in hex. */
export function places(recipient, verify) {
  let digest = sha256(concat(utf8(PURPOSE), recipientBytes(recipient), fromHex(verify)));
  for (let round = 0; round < ROUNDS; round += 1) digest = sha256(digest);
  return Array.from(digest.subarray(0, PLACES));
}

// A fingerprint for ears and eyes: six words of a fixed list in the reader's language, and digits.
import { sha256 } from "./vendor/age.js";
import { fingerprint, recipientBytes } from "./sealing/keys.js";

const WORDS = 6;
const lists = new Map();

/** Put the fingerprint of an `age1pq1…` text into the page's two places for it. */
export async function showFingerprint(place, recipient) {
  place.querySelector("#fingerprint-digits").textContent = digits(recipient);
  place.querySelector("#fingerprint-words").textContent = (await spokenWords(recipient)).join(" · ");
}

/** "0123-4567-89ab-cdef-0123", as Python prints it. */
export const digits = (recipient) => fingerprint(recipientBytes(recipient));

/** Six words: the same key gives words at the same places of every language's list. */
export async function spokenWords(recipient, language = document.documentElement.lang) {
  const list = await listOf(language);
  return Array.from(sha256(recipientBytes(recipient)).subarray(0, WORDS), (byte) => list[byte]);
}

async function listOf(language) {
  if (!lists.has(language)) {
    const answer = await fetch(new URL(`wordlists/${language}.txt`, import.meta.url));
    lists.set(language, (await answer.text()).trim().split(/\s+/));
  }
  return lists.get(language);
}

// A fingerprint for ears and eyes: six words of a fixed list in the reader's language, and digits.
import { fingerprintOf } from "./sealing/keys.js";
import { places } from "./sealing/spoken.js";

const lists = new Map();

/** Put the fingerprint of somebody's public keys into the page's two places for it. */
export async function showFingerprint(place, { recipient, verify }) {
  place.querySelector("#fingerprint-digits").textContent = fingerprintOf(recipient);
  place.querySelector("#fingerprint-words").textContent = await spokenWords({ recipient, verify });
}

/** Six words with marks between: the places in the list are the same in every language. */
export async function spokenWords({ recipient, verify }, language = document.documentElement.lang) {
  const list = await listOf(language);
  return places(recipient, verify).map((place) => list[place]).join(" · ");
}

async function listOf(language) {
  if (!lists.has(language)) {
    const answer = await fetch(new URL(`wordlists/${language}.txt`, import.meta.url));
    lists.set(language, (await answer.text()).trim().split(/\s+/));
  }
  return lists.get(language);
}

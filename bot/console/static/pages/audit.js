// The audit page: goes through the chain from what this browser remembers to its newest entry.
import { compare, offerAcceptance, walk } from "../chain.js";
import { words } from "../words.js";

export async function begin(content) {
  const line = content.querySelector("#chain");
  try {
    const [text, kind] = await verdict();
    line.textContent = text;
    line.dataset.kind = kind;
  } catch (refusal) {
    line.textContent = refusal.message;
    line.dataset.kind = "error";
  }
  line.hidden = false;
  await offerAcceptance(content.querySelector("#record"));
}

async function verdict() {
  const { state, known } = await compare();
  if (state === "altered") return [words("chain_altered", { number: known.seq }), "error"];
  const { ok, from, to } = await walk();
  if (!ok) return [words("chain_broken", { number: to }), "error"];
  if (to < from) return [words("chain_same", { number: to }), "done"];
  return [words("chain_holds", { first: from, last: to }), "done"];
}

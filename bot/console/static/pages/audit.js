// The audit page: goes through the chain from what this browser remembers to its newest entry.
import { compare, walk } from "../chain.js";
import { words } from "../words.js";

export async function begin(content) {
  const line = content.querySelector("#chain");
  const show = (text, kind) => {
    line.textContent = text;
    line.dataset.kind = kind;
    line.hidden = false;
  };
  try {
    const { state, known } = await compare();
    if (state === "altered") return void show(words("chain_altered", { number: known.seq }), "error");
    const { ok, from, to } = await walk(known);
    if (!ok) return void show(words("chain_broken", { number: to }), "error");
    if (to < from) return void show(words("chain_same", { number: to }), "done");
    show(words("chain_holds", { first: from, last: to }), "done");
  } catch {
    show(words("failed"), "error");
  }
}

// Canonical JSON (RFC 8785) of what we seal: objects, lists, text, whole numbers, true, null.
// The twin of bot/sealing/canonical.py: what one writes, the other accepts, and nothing else.
import { text, utf8 } from "./bytes.js";

const MAX_DEPTH = 16;
const SURROGATES = /[\uD800-\uDBFF][\uDC00-\uDFFF]|[\uD800-\uDFFF]/g;

/** The one spelling of a value, as bytes; throws for what cannot be spelt. */
export const dump = (value) => utf8(spelt(value, 0));

/** The value of canonical JSON bytes; throws for every other spelling, repeated keys included. */
export function load(bytes) {
  const written = text(bytes);
  const value = JSON.parse(written);
  if (spelt(value, 0) !== written) throw new Error("the JSON is not in its canonical spelling");
  return value;
}

function spelt(value, depth) {
  if (depth > MAX_DEPTH) throw new Error("what is to be sealed is nested too deep");
  if (value === null || typeof value === "boolean") return String(value);
  // Half of a surrogate pair becomes U+FFFD: words are never lost for one broken character.
  if (typeof value === "string") return JSON.stringify(mended(value));
  if (typeof value === "number") return whole(value);
  if (Array.isArray(value)) return `[${value.map((each) => spelt(each, depth + 1)).join(",")}]`;
  if (typeof value === "object") return object(value, depth);
  throw new Error("a value of this type cannot be sealed");
}

const mended = (text) => text.replace(SURROGATES, (found) => (found.length === 2 ? found : "\uFFFD"));

function whole(number) {
  if (!Number.isSafeInteger(number)) throw new Error("a number is not whole, or too large");
  return String(number);
}

function object(value, depth) {
  // Sorted as JavaScript compares text, which is by UTF-16 code units: what RFC 8785 asks.
  const members = Object.keys(value).sort().map((key) => {
    if (mended(key) !== key) throw new Error("a key holds a broken character");
    return `${JSON.stringify(key)}:${spelt(value[key], depth + 1)}`;
  });
  return `{${members.join(",")}}`;
}

// A sealed document: a bound header and a body in one padded JSON object.
// The twin of bot/sealing/envelope.py.
import * as canonical from "./canonical.js";
import { pad, unpad } from "./padding.js";

export const KINDS = ["report", "addition", "letter", "note"];
export const TAGS = ["ar", "ckb", "kmr", "en"];

const count = (value) => Number.isSafeInteger(value) && value >= 0;
const matches = (pattern) => (value) => typeof value === "string" && pattern.test(value);

const RULES = {
  v: (value) => value === 1,
  kind: (value) => KINDS.includes(value),
  case: matches(/^[0-9a-f]{32}$/),
  seq: count,
  prev: matches(/^([0-9a-f]{64})?$/),
  roster: count,
  rcpt: (value) => Array.isArray(value) && value.every((each) => typeof each === "string"),
  hour: count,
  lang: (value) => TAGS.includes(value),
  schema: count,
};
export const HEADER_KEYS = Object.keys(RULES);

/** The padded plaintext of a header and a body; throws when it could not be opened again. */
export function encode(header, body) {
  if (HEADER_KEYS.some((key) => Object.hasOwn(body, key))) {
    throw new Error("the body uses names of the header");
  }
  const value = { ...body, ...checked({ v: 1, ...header }) };
  return pad(canonical.dump(value));
}

/** `{header, body, value}` of a padded plaintext; throws when it is not exactly as `encode` writes. */
export function decode(plaintext) {
  const value = canonical.load(unpad(plaintext));
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Error("the file opens but is no sealed case");
  }
  const entries = Object.entries(value).filter(([key]) => !HEADER_KEYS.includes(key));
  return { header: checked(value), body: Object.fromEntries(entries), value };
}

function checked(value) {
  const header = {};
  for (const [key, holds] of Object.entries(RULES)) {
    if (!Object.hasOwn(value, key) || !holds(value[key])) {
      throw new Error(`the header of the sealed case is not as it should be: ${key}`);
    }
    header[key] = value[key];
  }
  return header;
}

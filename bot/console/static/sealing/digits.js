// Secrets that a person types, in digits only: every keyboard of the four languages has them.

/** Arabic-Indic and Persian digits as ASCII ones. */
export const asciiDigits = (typed) =>
  typed.replace(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) => String(digit.charCodeAt(0) & 15));

/** A fresh passphrase: five groups of four digits, 66 bits behind Argon2id. */
export const freshPassphrase = () => groups(5, 4).join(" ");

// Damm's table, as in bot/sealing/receipt.py: exchanging two neighbours always shows.
const DAMM = [
  "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
  "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
];
const RECOVERY_GROUPS = 10;

/** A fresh recovery code: ten groups of four digits (132 bits) and a check digit each. */
export const freshRecovery = () =>
  groups(RECOVERY_GROUPS, 4).map((group, place) => group + check(group, place)).join(" ");

/**
 * A typed recovery code: `{code, wrong}`; `code` is the 50 digits or "", `wrong` the groups
 * (from 1) with a slip in them.
 */
export function readRecovery(typed) {
  const found = asciiDigits(typed).replace(/\D/g, "").match(/.{1,5}/g) ?? [];
  const wrong = [];
  for (let place = 0; place < Math.max(found.length, RECOVERY_GROUPS); place += 1) {
    if (!holds(found[place] ?? "", place)) wrong.push(place + 1);
  }
  return { code: wrong.length ? "" : found.join(""), wrong };
}

const holds = (group, place) =>
  place < RECOVERY_GROUPS && group.length === 5 && check(group, place) === "0";

/** The digit that brings the chain back to zero; it starts from the group's place. */
const check = (digits, place) =>
  String(Array.from(digits).reduce((state, digit) => Number(DAMM[state][Number(digit)]), place));

function groups(count, size) {
  const digits = Array.from({ length: count * size }, freshDigit).join("");
  return digits.match(new RegExp(`.{${size}}`, "g"));
}

function freshDigit() {
  for (;;) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < 250) return String(byte % 10);
  }
}

// One case, opened: its sealed parts fetched and opened here, and what is written to it sealed.
import { ask } from "../ask.js";
import { renewed, sealingTo, trustedRosters } from "../rosters.js";
import { now } from "../times.js";
import { vault } from "../vault.js";
import { readReport, tidy, under18 } from "./report.js";

const SCHEMA = 1;
const LONGEST_ADDITION = 1000;
const LONGEST_FIELD = 4000;
const HOUR = 3600;

export class CaseFile {
  constructor(data) {
    this.data = data;
    this.hex = data.case;
    this.path = `/console/api/cases/${data.case}`;
    this.clear();
  }

  /** Forget everything that was opened. */
  clear() {
    this.parts = null;
    this.report = null;
    this.urgency = null;
    this.additions = [];
    this.notes = [];
  }

  /** Fetch and open everything; throws a refusal of the server's or of the vault's. */
  async open() {
    await trustedRosters();
    const parts = await ask("GET", this.path);
    const [first, ...later] = parts.entries;
    this.parts = parts;
    const { body } = await this.#opened(first, "report", [0], "");
    this.report = readReport(body.answers, this.data.model);
    this.urgency = { level: Number(body.urgency), reasons: body.reasons };
    this.additions = await Promise.all(later.map((entry) => this.#addition(entry)));
    this.notes = await Promise.all(parts.notes.map((note) => this.#note(note)));
  }

  /** What changed on the server, without opening the report again. */
  async refresh() {
    const parts = await ask("GET", this.path, undefined, { background: true });
    const known = new Map(this.notes.map((note) => [note.number, note]));
    this.notes = await Promise.all(parts.notes.map((note) => known.get(note.number) ?? this.#note(note)));
    const added = parts.entries.slice(1 + this.additions.length);
    this.additions.push(...(await Promise.all(added.map((entry) => this.#addition(entry)))));
    this.parts = parts;
  }

  get countable() {
    return this.report?.values.consent_reporting === "yes";
  }

  get young() {
    return under18(this.report);
  }

  /** A sealed note of this case `{number, roster, sealed}`, as the next one. */
  async note(what, fields) {
    if (!this.parts) throw Object.assign(new Error("locked"), { code: "locked" });
    const { version, recipients } = await sealingTo();
    const number = (this.parts.notes.at(-1)?.number ?? 0) + 1;
    const hour = Math.floor(now() / HOUR);
    const header = { ...this.#header(number, hour), prev: this.parts.anchor, roster: version };
    const body = { what, by: vault.identity.handle, at_hour: hour, ...fields };
    return { number, roster: version, sealed: await vault.sealNote({ header, body, recipients }) };
  }

  /** A letter sealed to the person's mailbox: `{number, sealed}`. */
  async letter(text) {
    const number = (this.parts.letters.at(-1)?.number ?? 0) + 1;
    const header = this.#header(number, Math.floor(now() / HOUR));
    return { number, sealed: await vault.sealLetter({ header, body: { text }, mailbox: this.parts.mailbox }) };
  }

  /**
   * Take a step. `build` makes its body, and is asked once more if a note or letter came in
   * between, because their numbers are sealed inside, or if a newer roster came into force.
   */
  async act(step, build = () => ({})) {
    const path = `${this.path}/${step}`;
    try {
      return await ask("POST", path, await build());
    } catch (error) {
      if (!this.parts || !["case_changed", "roster_old"].includes(error.code)) throw error;
      if (error.code === "roster_old") await trustedRosters({ fresh: true });
      await this.refresh();
      return ask("POST", path, await build());
    }
  }

  #header = (seq, hour) => ({
    kind: "note", case: this.hex, seq, hour, lang: this.data.language, schema: SCHEMA,
  });

  async #opened({ sealed, sealed_for: sealedFor, origin = "" }, kind, seq, prev) {
    await renewed(sealedFor);
    return vault.open(sealed, { kind, case: this.hex, seq, prev, origin, sealedFor });
  }

  async #addition(entry) {
    // Of two additions that crossed both carry the lower number: better shown than lost.
    const places = Array.from({ length: entry.number }, (_, each) => each);
    try {
      const { header, body } = await this.#opened(entry, "addition", places, this.parts.anchor);
      const inOrder = header.seq === entry.number - 1;
      return { hour: entry.hour, text: tidy(body.text, LONGEST_ADDITION), inOrder };
    } catch (error) {
      return rethrown(error, { hour: entry.hour, inOrder: true });
    }
  }

  async #note({ number, kind, hour, author, ...sealed }) {
    const note = { number, kind, hour, author };
    try {
      const { body } = await this.#opened(sealed, "note", [number], this.parts.anchor);
      if (body.what !== kind || body.by !== author) return { ...note, refused: "elsewhere" };
      return { ...note, body: cleaned(body) };
    } catch (error) {
      return rethrown(error, note);
    }
  }
}

/** The reason of a wish to lower, opened for the second person; "" if it does not open. */
export async function loweringReason(hex, { anchor, note }) {
  if (!note || vault.state() !== "open") return "";
  await trustedRosters();
  const expected = { kind: "note", case: hex, seq: [note.number], prev: anchor, sealedFor: note.sealed_for };
  const { body } = await vault.open(note.sealed, expected);
  return tidy(body.text, LONGEST_FIELD);
}

function rethrown(error, shown) {
  if (error.code === "locked") throw error;
  return { ...shown, refused: error.code ?? "failed" };
}

/** Every text of a note made safe to show: anybody who writes to the database can seal one. */
function cleaned(value) {
  if (typeof value === "string") return tidy(value, LONGEST_FIELD);
  if (Array.isArray(value)) return value.map(cleaned);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cleaned(each)]));
}

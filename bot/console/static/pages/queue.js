// The queue: looks again by itself, opens the details of what waits, claims; all by keyboard too.
import { ask } from "../ask.js";
import { headline, readReport } from "../case/report.js";
import { busy, spoken } from "../forms.js";
import { go } from "../go.js";
import { connection, say } from "../notices.js";
import { resealInBackground } from "../reseal.js";
import { firstSight, renewed, trustedRosters } from "../rosters.js";
import { moment, now, serverTime, showTimes } from "../times.js";
import { vault } from "../vault.js";
import { words } from "../words.js";

const EVERY = 15_000;
const AT_ONCE = 10;

/** Details that were opened, by case: only in this window's memory, gone when the keys lock. */
const opened = new Map();
vault.addEventListener("locked", () => opened.clear());

export function begin(content) {
  const page = new QueuePage(content);
  page.start();
  return () => page.stop();
}

class QueuePage {
  #content;
  #rows;
  #model;
  #stopped = new AbortController();
  #current = "";
  #last = 0;
  #opening = false;

  constructor(content) {
    this.#content = content;
    this.#rows = content.querySelector("#rows");
    this.#model = JSON.parse(content.querySelector("#model").content.textContent);
  }

  start() {
    const { signal } = this.#stopped;
    const on = (target, name, listener) => target.addEventListener(name, listener, { signal });
    this.#shown();
    on(document, "htmx:config:request", (event) => this.#asking(event.detail.ctx));
    on(document, "htmx:after:request", (event) => this.#answered(event.detail.ctx));
    on(document, "htmx:after:swap", (event) => this.#mine(event.detail.ctx) && this.#shown());
    on(document, "htmx:error", (event) => this.#mine(event.detail.ctx) && this.#lost());
    on(document, "visibilitychange", () => document.visibilityState === "visible" && this.#refresh());
    on(window, "online", () => this.#refresh());
    on(vault, "unlocked", () => this.#shown());
    on(vault, "locked", () => this.#shown());
    on(document, "keydown", (event) => this.#key(event));
    on(this.#rows, "click", (event) => this.#click(event));
    on(this.#rows, "focusin", ({ target }) => this.#mark(target.closest(".case")?.dataset.case ?? ""));
    on(this.#content.querySelector("#claim-next"), "click", (event) =>
      busy(event, () => this.#claim(null)));
    const looking = setInterval(() => document.visibilityState === "visible" && this.#refresh(), EVERY);
    const ticking = setInterval(() => showTimes(this.#rows), 20_000);
    signal.addEventListener("abort", () => [looking, ticking].forEach(clearInterval));
    resealInBackground(this.#content.querySelector("#reseal"), signal);
  }

  stop() {
    this.#stopped.abort();
  }

  #mine = (ctx) => ctx?.sourceElement === this.#rows;

  #refresh() {
    htmx.trigger(this.#rows, "refresh");
  }

  #asking(ctx) {
    if (!this.#mine(ctx)) return;
    ctx.request.headers["X-Sanad-Background"] = "1";
    ctx.request.headers["If-None-Match"] = this.#rows.querySelector("#queue-data").dataset.tag;
  }

  #answered(ctx) {
    if (!this.#mine(ctx) || !ctx.response) return;
    serverTime(Number(ctx.response.headers?.get("X-Sanad-Now")));
    if (ctx.response.status === 304 || ctx.response.status === 200) this.#alive();
  }

  #alive() {
    this.#last = now();
    connection(false);
    this.#content.querySelector("#fresh").textContent = words("looked", { time: moment(now()).slice(11) });
    showTimes(this.#rows);
  }

  #lost() {
    connection(true, this.#last ? words("last_seen", { time: moment(this.#last).slice(11) }) : "");
  }

  #shown() {
    const data = this.#rows.querySelector("#queue-data");
    serverTime(Number(data.dataset.now));
    const waiting = Number(data.dataset.waiting);
    document.title = (waiting ? `(${waiting}) ` : "") + document.title.replace(/^\(\d+\) /, "");
    this.#content.querySelector("#keys-needed").hidden = vault.state() === "open";
    this.#alive();
    this.#restore();
    this.#details();
  }

  #restore() {
    if (!this.#current) return;
    const row = this.#row(this.#current);
    if (!row) return;
    row.setAttribute("aria-current", "true");
    if (document.activeElement === document.body) row.focus({ preventScroll: true });
  }

  #row = (hex) => this.#rows.querySelector(`#case-${hex}`);

  #mark(hex) {
    if (!hex) return;
    this.#rows.querySelectorAll("[aria-current=true]").forEach((row) => row.removeAttribute("aria-current"));
    this.#current = hex;
    this.#row(hex)?.setAttribute("aria-current", "true");
  }

  // -- details: opened here, and only what is needed to choose

  async #details() {
    const places = [...this.#rows.querySelectorAll("[data-details]")];
    for (const place of places) this.#detail(place);
    if (vault.state() !== "open" || this.#opening) return;
    this.#opening = true;
    try {
      await trustedRosters();
      if (firstSight()) say(words("first_sight"), "done");
      const missing = places.map((place) => place.dataset.details).filter((hex) => !opened.has(hex));
      for (let start = 0; start < missing.length; start += AT_ONCE) {
        await this.#open(missing.slice(start, start + AT_ONCE));
        if (this.#stopped.signal.aborted || vault.state() !== "open") return;
      }
    } catch (error) {
      if (error.code !== "locked") say(spoken(error));
    } finally {
      this.#opening = false;
    }
  }

  async #open(cases) {
    const query = new URLSearchParams(cases.map((hex) => ["case", hex]));
    const { headlines } = await ask("GET", `/console/api/headlines?${query}`, undefined, { background: true });
    for (const { case: hex, sealed, sealed_for: sealedFor, origin } of headlines) {
      await renewed(sealedFor);
      opened.set(hex, await this.#lines(sealed, { kind: "report", case: hex, seq: [0], prev: "", origin, sealedFor }));
      const place = this.#rows.querySelector(`[data-details="${hex}"]`);
      if (place) this.#detail(place);
    }
  }

  async #lines(sealed, expected) {
    try {
      const { body } = await vault.open(sealed, expected);
      return headline(readReport(body.answers, this.#model), this.#model);
    } catch (error) {
      if (error.code === "locked") throw error;
      return [{ kind: "caution", label: words(`refused_${error.code ?? "failed"}`), values: [] }];
    }
  }

  #detail(place) {
    const lines = vault.state() === "open" ? opened.get(place.dataset.details) : null;
    if (!lines) {
      place.textContent = vault.state() === "open" ? "…" : words("sealed");
      return;
    }
    place.replaceChildren(...lines.map(({ kind, label, values }) => {
      const span = document.createElement("span");
      span.className = kind === "caution" ? "tag" : "detail";
      span.textContent = values.length ? `${label}: ${values.join(words("comma"))}` : label;
      return span;
    }));
  }

  // -- claiming

  #click(event) {
    const button = event.target.closest("button[data-claim]");
    if (!button) return;
    const row = button.closest(".case");
    busy({ preventDefault() {}, submitter: button }, () => this.#claimRow(row));
  }

  async #claimRow(row) {
    const anyway = row.dataset.fits !== "true";
    if (anyway && !(await this.#confirmed(words("claim_anyway")))) return;
    await this.#claim(row.dataset.case, anyway);
  }

  async #claim(hex, anyway = false) {
    try {
      const { case: taken } = await ask("POST", "/console/api/claim", { case: hex, anyway });
      go(`/console/cases/${taken}`);
    } catch (error) {
      this.#refresh();
      throw error;
    }
  }

  #confirmed(question) {
    const dialog = this.#content.querySelector("#confirm");
    dialog.querySelector("#confirm-words").textContent = question;
    dialog.showModal();
    return new Promise((resolve) => {
      const { signal } = this.#stopped;
      dialog.addEventListener("click", ({ target }) => target.value && dialog.close(target.value), { signal });
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  }

  // -- keys

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, dialog[open]")) return;
    const row = this.#current && this.#row(this.#current);
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") this.#step(key === "j" ? 1 : -1);
    if (key === "c") (row?.querySelector("[data-claim]") ?? this.#content.querySelector("#claim-next")).click();
    if (row && (key === "o" || (key === "enter" && event.target === row))) {
      row.querySelector("a[href], [data-claim]")?.click();
    }
  }

  #step(by) {
    const rows = [...this.#rows.querySelectorAll(".case")];
    const place = rows.findIndex((row) => row.dataset.case === this.#current);
    const next = rows[place < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, place + by))];
    next?.focus();
  }
}

// One case: asked about first, then opened here; looks again by itself; empties when withdrawn.
import { directorate } from "../case/directorate.js";
import { exportForms, showExport } from "../case/exports.js";
import { CaseFile } from "../case/file.js";
import { replyForm, showLetters } from "../case/letters.js";
import { made, showLines, showTexts, told } from "../case/lines.js";
import { forgetPlan, noteForms, showNotes } from "../case/notes.js";
import { judge, referralForm, showPassable, showReferrals } from "../case/referrals.js";
import { headline, readReport, summarise } from "../case/report.js";
import { showWish, steps } from "../case/steps.js";
import { ask } from "../ask.js";
import { busy, spoken } from "../forms.js";
import { go } from "../go.js";
import { connection, say } from "../notices.js";
import { resealInBackground } from "../reseal.js";
import { trustedRosters } from "../rosters.js";
import { moment, now, serverTime, showTimes } from "../times.js";
import { vault } from "../vault.js";
import { words } from "../words.js";

const EVERY = 15_000;
const HOUR = 3600;
/** Where opened words are shown, or written from them: emptied when the keys lock or the case goes. */
const SHOWN = [
  "#summary", "#additions", "#own-text", "#letters", "#notes", "#referrals", "#referral-fields label",
  "#export-consents", "#conflict-place", "#wish-reason",
].join();
const WRITTEN = "#referral-text textarea, #directorate-text";
/** Cases about which "do you know these people" was answered with no in this window. */
const answered = new Set();

export function begin(content) {
  const page = new CasePage(content);
  page.start();
  return () => page.stop();
}

class CasePage {
  #stopped = new AbortController();
  #last = 0;
  #ended = false;

  constructor(content) {
    this.content = content;
    this.file = new CaseFile(JSON.parse(content.querySelector("#data").content.textContent));
    this.openable = Boolean(content.querySelector("#opened"));
  }

  start() {
    const { signal } = this.#stopped;
    const on = (target, name, listener) => target.addEventListener(name, listener, { signal });
    on(document, "htmx:config:request", ({ detail: { ctx } }) => {
      if (this.#mine(ctx)) ctx.request.headers["X-Sanad-Background"] = "1";
    });
    on(document, "htmx:after:swap", ({ detail: { ctx } }) => this.#mine(ctx) && this.#looked());
    on(document, "htmx:error", ({ detail: { ctx } }) => this.#mine(ctx) && this.#lost());
    on(document, "visibilitychange", () => document.visibilityState === "visible" && this.refresh());
    on(window, "online", () => this.refresh());
    on(vault, "unlocked", () => this.#show());
    on(vault, "locked", () => this.#lock());
    on(document, "keydown", (event) => this.#key(event));
    on(this.content, "click", (event) => this.#copy(event));
    const looking = setInterval(() => document.visibilityState === "visible" && this.refresh(), EVERY);
    signal.addEventListener("abort", () => clearInterval(looking));
    steps(this, { signal });
    if (this.openable) {
      on(this.#at("#open-case"), "click", (event) => busy(event, () => this.#agreeToOpen()));
      on(this.#at("#know-them"), "click", (event) => busy(event, async () => {
        await this.file.act("hand-back");
        go("/console/queue");
      }));
      for (const form of [replyForm, noteForms, referralForm, exportForms, directorate]) form(this, { signal });
    }
    resealInBackground(this.#at("#reseal"), signal);
    this.#looked();
    showWish(this).catch(() => null);
    this.#show();
  }

  stop() {
    this.#stopped.abort();
    this.file.clear();
  }

  get level() {
    return this.#seen().level;
  }

  #at = (selector) => this.content.querySelector(selector);

  #mine = (ctx) => ctx?.sourceElement?.id === "case-row";

  #seen = () => JSON.parse(this.#at("#case-facts").dataset.seen);

  // -- looking again

  refresh() {
    if (!this.#ended) htmx.trigger(this.#at("#case-row"), "refresh");
  }

  #lost() {
    connection(true, this.#last ? words("last_seen", { time: moment(this.#last).slice(11) }) : "");
  }

  #looked() {
    const seen = this.#seen();
    serverTime(seen.now);
    this.#last = now();
    connection(false);
    showTimes(this.#at("#case-row"));
    if (seen.state === "withdrawn") return this.#gone();
    if (!this.openable) return;
    if (!seen.yours) return this.#taken();
    if (this.file.parts && this.#news(seen)) this.#again();
  }

  #news({ entries, notes, letters }) {
    const { parts } = this.file;
    const known = JSON.stringify(parts.letters.map(({ number, state }) => [number, state]));
    return entries !== parts.entries.length || notes !== parts.notes.length || known !== JSON.stringify(letters);
  }

  async #again() {
    try {
      await this.file.refresh();
      this.showWritten();
      this.#showAdditions();
    } catch (error) {
      this.#failed(error);
    }
  }

  // -- ends

  /** The person took everything back: nothing of it stays on this page. */
  #gone() {
    this.#end("#gone");
    for (const place of this.content.querySelectorAll("#opened, #conflict, #locked, #steps, #opening")) place.remove();
  }

  /** Somebody else owns it now: what was read goes, what was typed stays. */
  #taken() {
    this.#end("#lost");
    this.#empty();
    this.#at("#export")?.replaceChildren();
    for (const button of this.content.querySelectorAll("#opened button, #steps button")) button.disabled = true;
  }

  #end(notice) {
    this.#ended = true;
    this.file.clear();
    this.#at(notice).hidden = false;
    this.#at("#case-row").removeAttribute("hx-get");
  }

  // -- opening

  #show() {
    if (!this.openable || this.#ended) return;
    const open = vault.state() === "open";
    this.#at("#locked").hidden = open;
    if (!open) return;
    const asked = this.#seen().state !== "claimed" || answered.has(this.file.hex);
    if (asked) this.#open();
    else this.#question();
  }

  /** Only what could be seen in the queue is shown with the question: place, topic, needs. */
  async #question() {
    const section = this.#at("#conflict");
    const place = this.#at("#conflict-place");
    try {
      const { rosters, newest } = await trustedRosters();
      const query = `/console/api/headlines?case=${this.file.hex}`;
      const { headlines: [found] } = await ask("GET", query, undefined, { background: true });
      const report = await this.#glimpse(found);
      showLines(place, headline(report, this.file.data.model), words("comma"));
      const { handle } = vault.identity;
      const member = rosters[newest].members.find((each) => each.handle === handle);
      if (member?.conflicts?.includes(report.values.governorate)) place.append(made("p", words("near"), "caution"));
    } catch (error) {
      if (error.code === "locked") return;
      this.#failed(error);
    }
    section.hidden = false;
  }

  async #glimpse({ sealed, sealed_for: sealedFor, origin }) {
    const expected = { kind: "report", case: this.file.hex, seq: [0], prev: "", origin, sealedFor };
    const { body } = await vault.open(sealed, expected);
    return readReport(body.answers, this.file.data.model);
  }

  async #agreeToOpen() {
    answered.add(this.file.hex);
    this.#at("#conflict").hidden = true;
    await this.#open();
  }

  async #open() {
    this.#at("#opening").hidden = false;
    try {
      await this.file.open();
      if (this.#ended || vault.state() !== "open") return;
      this.#showReport();
      this.showWritten();
      this.#at("#opened").hidden = false;
      this.#forReadersOnly();
      for (const later of this.content.querySelectorAll("[data-after-opening]")) later.hidden = false;
      showWish(this).catch(() => null);
    } catch (error) {
      this.#failed(error);
    } finally {
      const opening = this.#at("#opening");
      if (opening) opening.hidden = true;
    }
  }

  /** What is closed is read again, and nothing is added to it. */
  #forReadersOnly() {
    if (this.file.data.writable) return;
    for (const name of ["#reply-form", "#note-form", "#referral-form", "#directorate", "#export"]) {
      this.#at(name).hidden = true;
    }
    for (const field of this.content.querySelectorAll("#plan-form :is(input, textarea, button), #letters button, #referrals :is(select, button)")) {
      field.disabled = true;
    }
  }

  #failed(error) {
    if (error.code === "case_gone" || error.status === 404) return this.#gone();
    if (error.code === "not_your_case") return this.#taken();
    if (error.code === "locked") return this.#lock();
    const key = `refused_${error.code}`;
    say(words(key) === key ? spoken(error) : words(key), "error", error.code);
  }

  #lock() {
    if (!this.openable || this.#ended) return;
    this.file.clear();
    this.#empty();
    this.#at("#opened").hidden = true;
    this.#at("#conflict").hidden = true;
    this.#at("#locked").hidden = false;
  }

  /** Nothing that was opened stays on the page; what somebody types does. */
  #empty() {
    for (const place of this.content.querySelectorAll(SHOWN)) place.replaceChildren();
    for (const area of this.content.querySelectorAll(WRITTEN)) area.value = "";
    forgetPlan(this.content);
  }

  // -- showing

  #showReport() {
    const { file } = this;
    const lines = summarise(file.report, file.urgency, file.data.model);
    showLines(this.#at("#summary"), lines, words("comma"));
    this.#at("#own-words").hidden = !showTexts(this.#at("#own-text"), lines);
    this.#showAdditions();
    showPassable(this);
    judge(this);
    showExport(this).catch((error) => this.#failed(error));
  }

  #showAdditions() {
    const parts = this.file.additions.flatMap(({ hour, text, inOrder, refused }) => [
      made("h3", words("added", { time: moment(hour * HOUR) })),
      refused ? made("p", words(`refused_${refused}`), "caution") : told(text),
      ...(inOrder ? [] : [made("p", words("out_of_order"), "caution")]),
    ]);
    this.#at("#additions").replaceChildren(...parts);
  }

  /** Letters, notes and referrals, as they are now. */
  showWritten() {
    if (!this.file.parts) return;
    showLetters(this);
    showNotes(this);
    showReferrals(this);
  }

  /** Take a step, then read again what it changed; what ends the page is shown as such. */
  async act(step, build) {
    try {
      await this.file.act(step, build);
    } catch (error) {
      if (error.code === "case_gone") this.#gone();
      if (error.code === "not_your_case" && this.openable) this.#taken();
      throw error;
    }
    if (this.file.parts) await this.file.refresh().catch((error) => this.#failed(error));
    this.refresh();
  }

  confirmed(question) {
    const dialog = this.#at("#confirm");
    dialog.querySelector("#confirm-words").textContent = question;
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      const choose = ({ target }) => target.value && dialog.close(target.value);
      dialog.addEventListener("click", choose);
      dialog.addEventListener("close", () => {
        dialog.removeEventListener("click", choose);
        resolve(dialog.returnValue === "yes");
      }, { once: true });
    });
  }

  // -- keys and copying

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (key === "r") this.#to(event, "#reply");
    if (key === "e") {
      const close = this.#at("#close");
      if (close) close.open = true;
      this.#to(event, "#close select");
    }
  }

  #to(event, selector) {
    const place = this.#at(selector);
    if (!place) return;
    event.preventDefault();
    place.focus();
    place.scrollIntoView({ block: "center" });
  }

  async #copy({ target }) {
    const button = target.closest?.("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.parentElement.querySelector("textarea").value);
    say(words("copied"), "done");
  }
}

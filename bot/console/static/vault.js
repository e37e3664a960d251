// The page's side of the vault: a thread that holds the keys, locked when nobody is there.
//
// vault.state(): "empty" (no keys in this window yet), "locked" or "open". It dispatches "locked"
// and "unlocked". Every method of vault.worker.js is asked by `vault.ask(name, …)`; the ones the
// pages use have names of their own below. A refusal is an Error whose `code` is a closed word.
import { scriptUrl } from "./trusted.js";

export const IDLE = 5 * 60_000;
export const HIDDEN = 60_000;
const GLANCE = 5_000;
const SIGNS_OF_LIFE = ["keydown", "pointerdown", "wheel", "touchstart"];

class Vault extends EventTarget {
  #worker = null;
  #waiting = new Map();
  #next = 1;
  #state = "empty";
  #rosters = null;
  #public = null;
  #handle = "";
  #alive = Date.now();
  #hiddenSince = 0;
  #unused = false;

  constructor() {
    super();
    for (const sign of SIGNS_OF_LIFE) {
      addEventListener(sign, () => (this.#alive = Date.now()), { passive: true, capture: true });
    }
    document.addEventListener("visibilitychange", () => this.#glance());
    addEventListener("pagehide", () => this.lock());
    // Timers stop while a device sleeps: the clock is read again on every glance.
    setInterval(() => this.#glance(), GLANCE);
  }

  state() {
    return this.#state;
  }

  /** One's own handle, recipient, verify key and fingerprint while open, else null. */
  get identity() {
    return this.#state === "open" ? { handle: this.#handle, ...this.#public } : null;
  }

  make = () => this.#opening("make");
  rotate = () => this.#opening("rotate");
  importFile = (bytes, passphrase) => this.#opening("importFile", bytes, passphrase);

  async unlock(slot, key, handle) {
    const half = await this.#opening("unlock", slot, key, handle);
    this.#handle = handle;
    return half;
  }

  /**
   * While somebody joins, nothing is sealed to the new keys yet: to lock them would only throw away
   * what she is writing down, or is fetching an authenticator for.
   */
  set unused(yes) {
    this.#unused = yes;
    this.#alive = Date.now();
  }

  /** The name this window works under; `unlock` sets it, joining and importing do it here. */
  belongsTo(handle) {
    this.#handle = handle;
  }

  /** `{key: Uint8Array, auth: hex}`; `salt` is hex, `cost` {memory (KiB), passes}. */
  fromPassphrase = (passphrase, salt, cost) => this.ask("fromPassphrase", passphrase, salt, cost);
  fromRecovery = (code) => this.ask("fromRecovery", code);
  fromPasskey = (prf) => this.ask("fromPasskey", prf);

  /** A slot `{kind, id, params, wrapped}` for the keys that are open now. */
  async wrap(kind, key, handle, { id = "", params = {} } = {}) {
    return { kind, id, params, wrapped: await this.ask("wrap", kind, key, handle) };
  }

  inspectFile = (bytes, passphrase) => this.ask("inspectFile", bytes, passphrase);
  sign = (purpose, value) => this.ask("sign", purpose, value);
  open = (sealed, expected) => this.ask("open", sealed, expected);
  sealNote = (parts) => this.ask("sealNote", parts);
  sealLetter = (parts) => this.ask("sealLetter", parts);
  sealFile = (parts) => this.ask("sealFile", parts);
  reseal = (parts) => this.ask("reseal", parts);

  /** Readers by version (`readers` of sealing/roster.js), of rosters this browser has judged. */
  async useRosters(readers) {
    this.#rosters = readers;
    if (this.#worker) await this.ask("useRosters", readers);
  }

  lock() {
    if (!this.#worker) return;
    this.#worker.postMessage({ id: 0, method: "lock", args: [] });
    this.#worker.terminate();
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(refused("locked"));
    this.#waiting.clear();
    this.#public = null;
    if (this.#state !== "open") return;
    this.#state = "locked";
    this.dispatchEvent(new Event("locked"));
  }

  ask(method, ...args) {
    const id = this.#next++;
    const worker = this.#started();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, method, args });
    });
  }

  async #opening(method, ...args) {
    const half = await this.ask(method, ...args);
    this.#public = half;
    this.#state = "open";
    this.#alive = Date.now();
    this.dispatchEvent(new Event("unlocked"));
    return half;
  }

  #started() {
    if (this.#worker) return this.#worker;
    this.#worker = new Worker(scriptUrl("vault.worker.js"), { type: "module" });
    this.#worker.addEventListener("message", ({ data }) => this.#answered(data));
    this.#worker.addEventListener("error", () => this.lock());
    if (this.#rosters) this.ask("useRosters", this.#rosters);
    return this.#worker;
  }

  #answered({ id, value, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(refused(error));
    else waiting?.resolve(value);
  }

  #glance() {
    if (this.#unused) return;
    const now = Date.now();
    if (document.visibilityState !== "hidden") {
      if (this.#hiddenSince && now - this.#hiddenSince > HIDDEN) this.lock();
      this.#hiddenSince = 0;
    } else {
      this.#hiddenSince ||= now;
      if (now - this.#hiddenSince > HIDDEN) this.lock();
    }
    if (now - this.#alive > IDLE) this.lock();
  }
}

/** Whether this browser has what no fallback can replace. */
export const able = () => Boolean(self.crypto?.subtle && self.Worker);

function refused(code) {
  return Object.assign(new Error(code), { code });
}

export const vault = new Vault();

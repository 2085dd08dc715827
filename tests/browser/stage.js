// A whole desk for one test: a ServiceNow sandbox, deskd, and two browsers that know nothing of each
// other. Nothing waits for a time to pass: every wait is for something to be so.

import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, beforeEach } from "node:test";
import puppeteer from "puppeteer-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PROGRAMS = { deskd: process.env.DESKD, deskctl: process.env.DESKCTL };
const SHOTS = process.env.DESK_SHOTS;
export const WAIT_MS = Number(process.env.DESK_WAIT_MS ?? 20_000);

/** Debian's wrapper reads settings of the whole machine; the browser itself does not. */
const CHROMIUM = ["/usr/lib/chromium/chromium", "/usr/bin/chromium"].find(existsSync);
/** What drivers switch off, and people have: the pop-up blocker, and the slowing of background tabs. */
const AS_PEOPLE_HAVE_IT = [
  "--disable-popup-blocking",
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
];

export function launch(...more) {
  return puppeteer.launch({
    executablePath: CHROMIUM,
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", ...more],
    ignoreDefaultArgs: AS_PEOPLE_HAVE_IT,
  });
}

/** A browser for the tests of a file, and a whole desk for each of them.
 * @param {object | (() => object)} [options] those of a stage @param {...string} more for the browser */
export function stages(options, ...more) {
  const on = {};
  before(async () => (on.browser = await launch(...more)));
  after(() => on.browser.close());
  const of = () => (typeof options === "function" ? options() : options);
  beforeEach(async () => (on.stage = await new Stage(on.browser, of()).begin()));
  afterEach(() => on.stage.end());
  return on;
}

/** Waits until something holds outside of the pages. */
export async function soon(holds) {
  const until = performance.now() + WAIT_MS;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(`waited in vain for ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Long after every wait within a test has failed. */
export const within = { timeout: 180_000 };

const queue = (name, { accept = 30, wrapup = 120, more = "" } = {}) => `name = "${name}"
accept_secs = ${accept}
${more}
[wrapup]
mode = "timed"
secs = ${wrapup}
[form]
on = true
[dispositions]
mandatory = true
most = 2
codes = [
    { id = "access", label = "Access" },
    { id = "reset", label = "Password reset", parent = "access" },
    { id = "locked", label = "Account locked", parent = "access" },
    { id = "device", label = "Device" },
    { id = "laptop", label = "Laptop", parent = "device" },
    { id = "phone", label = "Phone", parent = "device" },
    { id = "printer", label = "Printer", parent = "device" },
    { id = "advice", label = "Advice" },
    { id = "other", label = "Other" },
]
`;

const config = (folder, servicenow, listen, { popSecs, http, more }) => `[ipc]
socket = "${folder}/deskd.sock"
[http]
listen = "${listen}"
${http}
[journal]
dir = "${folder}/journal"
[servicenow]
url = "${servicenow}"
username = "admin"
password_file = "servicenow.password"
[times]
pop_secs = ${popSecs}
step_retry_max_secs = 5
${more}
`;

/** Starts a program; `until` is what it says, and where, when it is ready. */
async function started(name, args, stream, until) {
  const child = spawn(PROGRAMS[name], args, { env: { ...process.env, NO_COLOR: "1" } });
  const said = [];
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const ready = new Promise((resolve, reject) => {
    for (const from of ["stdout", "stderr"]) {
      createInterface({ input: child[from] }).on("line", (line) => {
        said.push(line);
        const match = from === stream && until.exec(line);
        if (match) resolve(match[1]);
      });
    }
    void gone.then((code) => reject(new Error(`${name} ended with ${code}:\n${said.join("\n")}`)));
  });
  return { child, gone, ready: await ready };
}

export class Stage {
  /**
   * @param {object} browser
   * @param {object} [options]
   * @param {number} [options.popSecs]
   * @param {string} [options.http] more lines of its section
   * @param {string} [options.more] more sections of the config
   * @param {object} [options.support] of the queue: accept, wrapup, more lines
   * @param {Record<string, string>} [options.files] beside the config
   */
  constructor(browser, { popSecs = 10, http = "", more = "", support = {}, files = {} } = {}) {
    this.browser = browser;
    this.options = { popSecs, http, more, support, files };
    this.folder = mkdtempSync(join(tmpdir(), "deskd-browser-"));
    this.pages = [];
    this.errors = [];
    this.listen = "127.0.0.1:0";
    this.snListen = "127.0.0.1:0";
  }

  async begin() {
    await this.startSandbox();
    for (const part of ["queues.d", "agents.d"]) mkdirSync(join(this.folder, part));
    writeFileSync(join(this.folder, "servicenow.password"), "admin\n", { mode: 0o600 });
    writeFileSync(join(this.folder, "queues.d/support.toml"), queue("Support", this.options.support));
    writeFileSync(join(this.folder, "queues.d/quick.toml"), queue("Quick", { accept: 5 }));
    for (const [agent, name] of [["ann", "Ann Arbour"], ["ben", "Ben Brook"]]) {
      const queues = "[queues]\nsupport = 50\nquick = 50\n";
      writeFileSync(join(this.folder, `agents.d/${agent}.toml`), `name = "${name}"\ncapacity = 4\n${queues}`);
    }
    for (const [name, text] of Object.entries(this.options.files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), text, { mode: 0o600 });
    }
    await this.startDesk();
    return this;
  }

  async startSandbox() {
    const args = ["sandbox", "--listen", this.snListen, "--data", join(this.folder, "sandbox")];
    this.sandbox = await started("deskd", args, "stdout", /(https?:\/\/\S+)/);
    this.sn = this.sandbox.ready.replace(/\/$/, "");
    this.snListen = new URL(this.sn).host;
  }

  async startDesk() {
    const file = join(this.folder, "deskd.toml");
    writeFileSync(file, config(this.folder, this.sn, this.listen, this.options));
    this.desk = await started("deskd", ["run", "--config", file], "stderr", /deskd is ready.* http=(\S+)/);
    // It comes back at the same place, as pages that are open expect.
    this.listen = this.desk.ready;
    this.url = `http://${this.listen}`;
  }

  async stop(which, signal = "SIGTERM") {
    this[which].child.kill(signal);
    await this[which].gone;
  }

  ctl(...args) {
    const all = ["--socket", join(this.folder, "deskd.sock"), ...args];
    return execFileSync(PROGRAMS.deskctl, all, { encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });
  }

  /** A browser of its own. */
  async context() {
    const context = await this.browser.createBrowserContext();
    this.contexts = [...(this.contexts ?? []), context];
    return context;
  }

  /** A page whose errors fail the test. */
  async page(context, address, { width = 1280, height = 800 } = {}) {
    const page = await context.newPage();
    await page.setViewport({ width, height });
    page.setDefaultTimeout(WAIT_MS);
    page.on("pageerror", (error) => this.errors.push(error.stack ?? String(error)));
    page.on("console", (message) => {
      if (/Content.Security.Policy|Refused to/.test(message.text())) this.errors.push(message.text());
    });
    await page.goto(address);
    return new Page(page, this);
  }

  /** The desk of an agent, signed in by a ticket. */
  async desk_(agent, context, size) {
    const address = this.ctl("--as", `agent:${agent}`, "desk", "--print").trim().split(/\s+/).find((word) => word.startsWith("http"));
    const desk = await this.page(context ?? (await this.context()), address, size);
    await desk.text("Connected", ".bar", true);
    return desk;
  }

  /** The desk of an agent who is available. */
  async available(agent, context, size) {
    const desk = await this.desk_(agent, context, size);
    await desk.click("Log in to work");
    await desk.text("On Break", ".pill");
    await desk.alt("KeyB");
    await desk.text("Available", ".pill");
    return desk;
  }

  /** A customer who has begun a chat. */
  async customer(name, email, text, queue = "support") {
    const page = await this.page(await this.context(), `${this.url}/chat?queue=${queue}`, { width: 420, height: 700 });
    await page.fill("input[name=name]", name);
    await page.fill("input[name=email]", email);
    await page.fill("textarea[name=text]", text);
    await page.click("Begin the chat");
    return page;
  }

  /** A customer's chat without a page of theirs. */
  async chat(name, email, text, { queue = "support", fields = {} } = {}) {
    const post = async (path, body, token) => {
      const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
      const answer = await fetch(`${this.url}/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    };
    const { chat, token } = await post("chats", { queue, name, email, fields });
    const say = (text) => post(`chats/${chat}/messages`, { id: randomUUID(), text }, token);
    if (text) await say(text);
    return { chat, token, say };
  }

  /** The secret of a new token. @param {...string} whom such as `--role admin` */
  token(...whom) {
    return JSON.parse(this.ctl("--json", "--as", "role:admin", "token", "create", ...whom)).token.secret;
  }

  /** The wall, signed in. @param {...string} whom */
  async wall(...whom) {
    const wall = await this.page(await this.context(), `${this.url}/wall`, { width: 1400, height: 900 });
    await wall.fill("input[name=token]", this.token(...whom));
    await wall.page.keyboard.press("Enter");
    await wall.text("Connected", ".bar");
    return wall;
  }

  /** Rows of the sandbox. */
  async rows(table, query) {
    const address = `${this.sn}/api/now/table/${table}?sysparm_query=${encodeURIComponent(query)}`;
    const answer = await fetch(address, { headers: { authorization: `Basic ${btoa("admin:admin")}` } });
    return (await answer.json()).result;
  }

  /** Writes to the sandbox as a program does. */
  async write(method, path, fields) {
    const headers = { authorization: `Basic ${btoa("admin:admin")}`, "content-type": "application/json" };
    const address = `${this.sn}/api/now/table/${path}`;
    const answer = await fetch(address, { method, headers, body: JSON.stringify(fields) });
    return (await answer.json()).result;
  }

  async end() {
    for (const context of this.contexts ?? []) await context.close();
    for (const which of ["desk", "sandbox"]) {
      if (this[which]?.child.exitCode === null && this[which].child.signalCode === null) await this.stop(which);
    }
    rmSync(this.folder, { recursive: true, force: true });
    if (this.errors.length) throw new Error(`a page failed:\n${this.errors.join("\n")}`);
  }
}

export class Page {
  constructor(page, stage) {
    this.page = page;
    this.stage = stage;
  }

  /** Waits until a function of the page holds. */
  until(holds, ...args) {
    // Frames are not drawn in a tab that nobody sees: it is looked at by a timer.
    return this.page.waitForFunction(holds, { polling: 50 }, ...args).catch(async (error) => {
      const path = join(SHOTS ?? this.stage.folder, `failed-${Date.now()}.png`);
      await this.page.screenshot({ path });
      throw new Error(`waited in vain for ${args.map((arg) => JSON.stringify(arg)).join(", ") || holds}; ${path} shows the page`, { cause: error });
    });
  }

  /** Waits until a text stands in what is selected. */
  text(wanted, selector = "body", hidden = false) {
    return this.until(
      (wanted, selector, hidden) =>
        [...document.querySelectorAll(selector)].some((one) => (hidden ? one.textContent : one.innerText).includes(wanted)),
      wanted,
      selector,
      hidden,
    );
  }

  /** Waits until nothing that is selected is there. */
  gone(selector) {
    return this.until((selector) => !document.querySelector(selector), selector);
  }

  /** Clicks as a person does, on what has this text. */
  async click(text) {
    const handle = await this.until(
      (text) =>
        [...document.querySelectorAll("button, a, label")].find(
          (one) => one.innerText.trim().startsWith(text) && !one.disabled && one.checkVisibility(),
        ) ?? false,
      text,
    );
    await handle.asElement().click();
  }

  /** Goes by the keyboard to what has this text, or is called so, and presses it. */
  async press(text, within = "body") {
    const handle = await this.until(
      (text, within) =>
        [...document.querySelectorAll(`${within} button, ${within} a`)].find((one) => {
          const names = [one.innerText.trim(), one.getAttribute("aria-label"), one.title];
          return names.some((name) => name?.startsWith(text)) && !one.disabled && one.checkVisibility();
        }) ?? false,
      text,
      within,
    );
    await handle.asElement().focus();
    await this.page.keyboard.press("Enter");
  }

  async fill(selector, text) {
    const field = await this.page.waitForSelector(selector, { visible: true });
    await field.click();
    await field.type(text);
  }

  /** Goes on by Tab until the focus is on what has this text, or whose label has it. */
  async tabTo(text) {
    for (let steps = 0; steps < 80; steps += 1) {
      const there = await this.page.evaluate((text) => {
        const at = document.activeElement;
        const names = [at?.innerText, at?.closest("label")?.innerText, at?.getAttribute("aria-label"), at?.title];
        return at !== document.body && names.some((name) => name?.trim().startsWith(text));
      }, text);
      if (there) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`no Tab leads to ${text}`);
  }

  /** The languages that the viewer reads, the most wanted first. */
  async languages(...wanted) {
    const session = await this.page.createCDPSession();
    const userAgent = await this.page.browser().userAgent();
    await session.send("Emulation.setUserAgentOverride", { userAgent, acceptLanguage: wanted.join(",") });
    await session.send("Emulation.setLocaleOverride", { locale: wanted[0] });
  }

  /** Writes something else instead of what stands there. */
  async rewrite(selector, text) {
    await this.page.$eval(selector, (field) => field.select());
    await this.page.keyboard.type(text);
  }

  /** A key with Alt, by its place on the keyboard. */
  async alt(code) {
    await this.page.keyboard.down("Alt");
    await this.page.keyboard.press(code);
    await this.page.keyboard.up("Alt");
  }

  async say(text) {
    await this.fill("#writer", text);
    await this.page.keyboard.press("Enter");
  }

  /** From the offer to the conversation; where there is a record, it has opened before the desk. */
  async accept({ record = true } = {}) {
    await this.text("Chat offered", ".offer");
    await this.alt("KeyA");
    if (record) await this.opens(/sys_user/);
    await this.front();
    await this.page.waitForSelector("#writer");
  }

  /** From the end to the incident, which has opened before the desk unless it cannot. */
  async wrapUp(code = "Account locked", { incident = true } = {}) {
    await this.finish({ incident });
    await this.click(code);
    await this.click("Continue");
    await this.focused("wrapup-note");
    await this.page.keyboard.type("Unlocked the account.");
    await this.alt("KeyW");
  }

  /** Ends the conversation. */
  async finish({ incident = true } = {}) {
    const before = await this.tabs();
    await this.alt("KeyX");
    await this.click("Finish the chat");
    await this.text("left to wrap up", ".side");
    if (!incident) return;
    const isNew = (target) => target.url().includes("/incident") && !before.includes(target.url());
    await this.page.browserContext().waitForTarget(isNew, { timeout: WAIT_MS });
    await this.front();
  }

  /** Waits until the focus is where this id is. */
  focused(id) {
    return this.until((id) => document.activeElement?.id === id, id);
  }

  value(selector) {
    return this.page.$eval(selector, (field) => field.value);
  }

  /** Keeps a picture, and holds the page against WCAG 2.2 AA. */
  async look(name) {
    if (SHOTS) await this.page.screenshot({ path: join(SHOTS, `${name}.png`) });
    const session = await this.page.createCDPSession();
    await session.send("Runtime.evaluate", { expression: `${AXE};0` });
    const found = await this.page.evaluate(async () => {
      const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
      const { violations } = await window.axe.run(document, { runOnly });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(", ")}`);
    });
    this.stage.errors.push(...found.map((one) => `${name}: ${one}`));
  }

  /** The next line like this that the page sends to deskd; the page itself is not asked. */
  async sends(like) {
    const session = await this.page.createCDPSession();
    await session.send("Network.enable");
    const line = new Promise((resolve) => {
      session.on("Network.webSocketFrameSent", ({ response }) => like.test(response.payloadData) && resolve(response.payloadData));
    });
    return { line };
  }

  /** Waits for a tab that opens by itself at an address like this. */
  async opens(like) {
    const target = await this.page.browserContext().waitForTarget((target) => like.test(target.url()), { timeout: WAIT_MS });
    return target.url();
  }

  /** Addresses of the instance that are open in this browser. */
  async tabs() {
    const pages = await this.page.browserContext().pages();
    return pages.map((page) => page.url()).filter((url) => url.startsWith(this.stage.sn));
  }

  async front() {
    await this.page.bringToFront();
  }
}

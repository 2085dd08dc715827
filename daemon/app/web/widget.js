// The chat on any page: <script src="https://desk.example/widget.js" data-queue="support"></script>.
// A button in the corner, and the chat in a frame of its own: nothing of the page reaches into it, and
// nothing of it into the page. `data-name`, `data-email` and `data-field-…` are what the page knows of
// its visitor, `data-identity` what it signed of that; `data-label` is what stands on the button.

(() => {
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const { queue = "", name = "", email = "", identity, label = "Chat" } = script.dataset;
  const address = new URL("chat", script.src);
  for (const [key, value] of Object.entries({ queue, name, email })) {
    if (value) address.searchParams.set(key, value);
  }
  for (const { name: attribute, value } of script.attributes) {
    if (attribute.startsWith("data-field-")) address.searchParams.set(`field.${attribute.slice(11)}`, value);
  }
  // Behind the sign it goes to no server, and stands in nobody's log.
  if (identity) address.hash = `identity=${encodeURIComponent(identity)}`;

  const host = document.createElement("div");
  const shadow = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; position: fixed; right: 16px; bottom: 16px; z-index: 2147483000; }
    button { display: flex; align-items: center; gap: 8px; min-height: 48px; padding: 0 20px; border: 0;
      border-radius: 24px; background: #1d4ed8; color: #fff; font: 600 16px system-ui, sans-serif;
      box-shadow: 0 4px 16px rgb(0 0 0 / 30%); cursor: pointer; }
    button:focus-visible { outline: 3px solid #1d4ed8; outline-offset: 3px; }
    span { min-width: 20px; padding: 0 6px; border-radius: 10px; background: #fff; color: #b3261e;
      font-size: 13px; line-height: 20px; text-align: center; }
    iframe { width: min(400px, calc(100vw - 32px)); height: min(620px, calc(100vh - 32px)); border: 0;
      border-radius: 14px; box-shadow: 0 8px 32px rgb(0 0 0 / 35%); background: #fff; }
    [hidden] { display: none; }
  `);
  shadow.adoptedStyleSheets = [sheet];

  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  const count = document.createElement("span");
  count.hidden = true;
  button.append(label, count);
  /** @type {HTMLIFrameElement | undefined} */
  let frame;

  /** @param {boolean} open */
  function show(open) {
    if (open && !frame) {
      frame = document.createElement("iframe");
      frame.title = label;
      frame.src = address.href;
      shadow.append(frame);
    }
    if (frame) frame.hidden = !open;
    button.hidden = open;
    button.setAttribute("aria-expanded", String(open));
    if (open) frame?.focus();
    else button.focus();
  }

  button.addEventListener("click", () => show(true));
  window.addEventListener("message", (event) => {
    // Only our own frame has anything to say here.
    if (!frame || event.source !== frame.contentWindow || event.origin !== address.origin) return;
    if (event.data?.deskd === "minimise") show(false);
    if (event.data?.deskd === "unread") {
      count.textContent = String(event.data.count);
      count.hidden = !event.data.count;
    }
  });

  shadow.append(button);
  const place = () => document.body.append(host);
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place);
})();

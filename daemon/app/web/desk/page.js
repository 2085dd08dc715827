// What the views are given: what deskd tells, what this page alone knows, the time, and what can be
// done.

/** @import { Desk } from "./state.js" */
/** @import { Intent, MemberView } from "../shared/views" */
/** @import { Acts } from "./acts.js" */
/** @import { Provider } from "../shared/provider.js" */

/** @typedef {"talk" | "details" | "search" | "wrapup"} Tab */
/** @typedef {"status" | "reject" | "transfer" | "finish" | "help" | "more"} Panel */
/** @typedef {{ text: string, internal: boolean }} Draft */

/** @typedef {{ words: string, known: string[] }} Searched the records that were known before */

/**
 * What this page alone knows.
 * @typedef {object} Ui
 * @property {Tab} tab
 * @property {Panel} [panel]
 * @property {string} reason
 * @property {Intent} [wants] the status whose reason is being chosen
 * @property {number} [reply] which of the canned replies is chosen; undefined where none is looked for
 * @property {number} caret where it stands in what is written
 * @property {string} language the page's
 * @property {boolean} answering an offer is being answered
 * @property {boolean} wrapping a chat is being wrapped up
 * @property {Record<string, Draft>} drafts by chat
 * @property {Record<string, string>} notes by chat, until deskd has them
 * @property {Record<string, string>} words to search by, by chat
 * @property {Record<string, Searched>} searched by which words last, by chat
 * @property {Record<string, boolean>} continued whose codes are settled
 * @property {string} codeWords
 * @property {MemberView[]} targets agents to transfer to
 * @property {string} [wrong] what went wrong last
 * @property {boolean} sound
 * @property {string} mayNotify
 * @property {boolean} again a session ended under the page
 * @property {string} signInWrong
 * @property {boolean} signingIn
 * @property {Provider} [provider] by which to sign in
 * @property {boolean} choosing which agent to be
 * @property {string[]} agents
 */

/**
 * @typedef {object} Page
 * @property {Desk} desk
 * @property {Ui} ui
 * @property {number} now by deskd's clock
 * @property {number} ringWhole how long the offer rings in all, as far as this page knows
 * @property {boolean} narrow
 * @property {(queue: string) => string} queueName
 * @property {Acts} act
 */

/** @returns {Ui} */
export const freshUi = () => ({
  tab: "details",
  reason: "",
  caret: 0,
  language: "en",
  answering: false,
  wrapping: false,
  drafts: {},
  notes: {},
  words: {},
  searched: {},
  continued: {},
  codeWords: "",
  targets: [],
  sound: true,
  mayNotify: "Notification" in globalThis ? Notification.permission : "denied",
  again: false,
  signInWrong: "",
  signingIn: false,
  choosing: false,
  agents: [],
});
